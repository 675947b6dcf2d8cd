//! Reads programs.

/// One host call to be made.
pub struct Command<'a> {
    pub function: u8,
    pub bits: u8,
    pub number: u32,
    pub mask: u64,
    pub fault: u32,
    pub cap: u32,
    pub keep: u32,
    pub first: &'a [u8],
    pub second: &'a [u8],
}

/// What is left of a program.
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, n: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(n);
        self.0 = rest;
        bytes
    }

    fn u8(&mut self) -> u8 {
        self.bytes(1)[0]
    }

    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes(4).try_into().unwrap())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes(8).try_into().unwrap())
    }

    fn input(&mut self) -> &'a [u8] {
        let n = self.u32();
        self.bytes(n as usize)
    }

    pub fn command(&mut self) -> Command<'a> {
        Command {
            function: self.u8(),
            bits: self.u8(),
            number: self.u32(),
            mask: self.u64(),
            fault: self.u32(),
            cap: self.u32(),
            keep: self.u32(),
            first: self.input(),
            second: self.input(),
        }
    }
}
