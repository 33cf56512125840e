//! Who may speak for whom: how far an envelope vouches for the program that it names.

/// How far an envelope vouches for who wrote its message, from the least on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Whoever wrote the message may have chosen who it says it is from.
    Doubted(Doubt),
    /// A syslog file, or what a shipper took from one: as trusted as whoever may write to `/dev/log`.
    SyslogFile,
    /// Fields that journald itself wrote, which no sender chooses.
    Journald,
}

/// Why a message counts for no program of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Whoever can reach the shipper may have sent it.
    Sender,
    /// An application wrote it to its output, or any local user to the journal: what it tells of requests to itself counts, what it
    /// tells of another program does not.
    Application,
    /// It comes from a container.
    Container,
    /// Another program sent it to the journal.
    Program,
    /// Another user than root sent it to the journal.
    User,
    /// The program's own file, run by another user than root: the process of a session.
    Session,
    /// It comes from a container through the journal.
    JournalContainer,
    /// A shipper says that the record of the journal is not of this machine's.
    JournalSender,
}

impl Trust {
    /// Why a message under the name of a service is not believed, if it is not.
    pub(crate) const fn doubt(self) -> Option<Doubt> {
        match self {
            Self::Doubted(doubt) => Some(doubt),
            Self::SyslogFile | Self::Journald => None,
        }
    }

    /// Whether even requests count for nobody.
    pub(crate) const fn is_of_sender(self) -> bool {
        matches!(self, Self::Doubted(Doubt::Sender))
    }

    /// What `--trace` and messages call the level.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Doubted(Doubt::Sender | Doubt::JournalSender) => "sender",
            Self::Doubted(_) => "application",
            Self::SyslogFile => "syslog file",
            Self::Journald => "journald",
        }
    }
}

impl Doubt {
    /// What is said of a message under sshd's name.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Sender | Self::Application => "an sshd line in the output of an application, or that anyone may have sent",
            Self::Container => "an sshd line in the output of a container (--trust-container, if its sshd wrote it)",
            Self::Program => "a message under sshd's name that another program sent to the journal",
            Self::User | Self::Session => "a message under sshd's name that was not sent by root",
            Self::JournalContainer => "a message under sshd's name from a container",
            Self::JournalSender => "a message under sshd's name that anyone who reaches the shipper may have sent",
        }
    }

    /// What is said of a message of another login service.
    pub(crate) const fn reason_of_service(self) -> &'static str {
        match self {
            Self::Sender | Self::Application => "a login service's message in the output of an application, or that anyone may have sent",
            Self::Container => "a login service's message in the output of a container (--trust-container, if its own program wrote it)",
            Self::Program | Self::User | Self::Session => "a login service's message that another program sent to the journal",
            Self::JournalContainer => "a login service's message from a container",
            Self::JournalSender => "a login service's message that anyone who reaches the shipper may have sent",
        }
    }

    /// Whether who vouches for the container takes it away.
    pub(crate) const fn is_of_container(self) -> bool {
        matches!(self, Self::Container | Self::JournalContainer)
    }
}
