//! What keys do, by name, and the groups of the help. Imports only the panels' names, so that the
//! state can use it.

use crate::dashboard::panel::Panel;
use crate::words::strings;

/// What a key does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is explained by its sentence in `KEYS`")]
pub enum Id {
    Drop,
    Reset,
    DropAll,
    DropIdle,
    Reading,
    Pause,
    StepCall,
    StepTurn,
    Slower,
    Faster,
    LoadAgain,
    Server,
    Options,
    Before,
    LessonOn,
    LessonBack,
    Lessons,
    Join,
    Serve,
    Votes,
    Burst,
    Mute,
    HideName,
    SendAway,
    Project,
    Freeze,
    Explain,
    Client,
    TenClients,
    ManyClients,
    Choose,
    HangUp,
    StopClients,
    Card,
    Back,
    Filter,
    Sort,
    Reverse,
    Closed,
    Errors,
    Own,
    Time,
    Output,
    Textbook,
    Whose,
    Epoll,
    CallBack,
    CallForth,
    TurnBack,
    TurnForth,
    Jump,
    Play,
    PlaySlower,
    PlayFaster,
    Keep,
    Zoom,
    Show(Panel),
    NextPanel,
    PreviousPanel,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Mouse,
    Language,
    SaveSettings,
    Help,
    Suspend,
    Redraw,
    Quit,
    QuitNow,
}

/// The groups of the help.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the groups by their names")]
pub enum Group {
    Connection,
    Loop,
    Lessons,
    Class,
    Clients,
    Looking,
    Moving,
    Program,
    Taking,
}

impl Group {
    /// All groups, in the order of the help: what takes something away comes last.
    pub const ALL: [Self; 9] = [
        Self::Loop,
        Self::Lessons,
        Self::Class,
        Self::Looking,
        Self::Moving,
        Self::Clients,
        Self::Connection,
        Self::Program,
        Self::Taking,
    ];

    /// Its heading.
    #[must_use]
    pub fn label(self) -> &'static str {
        let say = &strings().keys.groups;
        match self {
            Self::Connection => say.connection,
            Self::Loop => say.the_loop,
            Self::Lessons => say.lessons,
            Self::Class => say.class,
            Self::Clients => say.clients,
            Self::Looking => say.looking,
            Self::Moving => say.moving,
            Self::Program => say.program,
            Self::Taking => say.taking,
        }
    }
}
