;; One table of 134,217,727 elements, 1 GiB of pointers.
(module (table 134217727 funcref))
