//! The faults that a schedule may inject, and how often each really fired.

use std::{collections::BTreeSet, fmt};

macro_rules! faults {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// A kind of fault.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Fault {
            $(#[doc = $doc] $variant,)*
        }

        impl Fault {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the output.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

faults! {
    Drop "drop" "A request or an answer never arrives.";
    Duplicate "duplicate" "A request arrives twice.";
    Reorder "reorder" "A request is overtaken by a later one of the same tab.";
    Delay "delay" "An answer comes after the device has given up.";
    Partition "partition" "A device without a network for a while.";
    ServerCrash "server_crash" "The server dies before or after the commit of a transaction, and nobody hears of it.";
    TornWrite "torn_write" "The server loses power in the middle of a write: only part of its log file is there.";
    ServerDiskFull "server_disk_full" "The server cannot write.";
    DeviceCrash "device_crash" "A browser dies before or after a transaction of the journal.";
    DiskFull "disk_full" "A transaction of the journal fails for want of room.";
    Quota "quota" "The journal takes nothing for a while.";
    Evicted "evicted" "The browser clears a journal, unsent changes as well.";
    Damaged "damaged" "An entry of the journal cannot be read any more.";
    ClockJump "clock_jump" "A device's clock jumps by up to three hours.";
    ServerClockJump "server_clock_jump" "The server's clock jumps.";
    RoleChanged "role_changed" "A user gets another bureau or role.";
    VersionSkew "version_skew" "The app is older than the server.";
    LaterBody "later_body" "The app is newer than the server: a body that it does not know.";
    Restored "restored" "The server is put back to an old backup.";
    Cloned "cloned" "A profile is copied to another tablet and goes on in both.";
    Rewound "rewound" "A profile is put back to an old copy of itself.";
    Hole "hole" "A request without the first of its changes.";
    TwoContents "two_contents" "A change comes under an id that means another one.";
    UserSwitched "user_switched" "Another user signs in while there are unsent changes.";
    TwoTabs "two_tabs" "A second tab of the same user.";
    BadChange "bad_change" "A change that cannot be read, or that its author may not make.";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How often each fault fired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Fault::ALL.len()]);

impl Counts {
    /// It fired.
    pub fn add(&mut self, fault: Fault) {
        self.0[fault as usize] += 1;
    }

    /// How often it fired.
    pub fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize]
    }

    /// Both together.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

/// Faults that a schedule leaves out.
pub type Without = BTreeSet<Fault>;
