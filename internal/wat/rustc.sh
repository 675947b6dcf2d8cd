#!/bin/sh
# rustc.sh RUSTC ARGUMENTS… is cargo's RUSTC_WRAPPER here. Cargo tells crates of one
# name apart by a number that it makes of the absolute path of a crate outside the
# workspace, and the number orders the functions: the name alone gives the same module
# in every folder.
for argument; do
	case $argument in
	metadata=*) argument=metadata=$CARGO_PKG_NAME ;;
	esac
	shift
	set -- "$@" "$argument"
done
exec "$@"
