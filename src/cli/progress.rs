//! A spinner on standard error, only where that is a terminal and the work lasts.

use indicatif::ProgressBar;
use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work shorter than this stays silent.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two pictures.
const TICK: Duration = Duration::from_millis(120);

/// Tells of the work until it is dropped.
pub struct Progress {
    messages: Option<Sender<String>>,
    spinner: Option<JoinHandle<()>>,
    last: Instant,
}

impl Progress {
    /// Starts the clock.
    pub fn start() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::silent();
        }
        let (messages, inbox) = channel();
        Self { messages: Some(messages), spinner: Some(std::thread::spawn(move || spin(&inbox))), last: Instant::now() }
    }

    /// Tells nothing: for work that is one part of what another tells of.
    pub fn silent() -> Self {
        Self { messages: None, spinner: None, last: Instant::now() }
    }

    /// What is being done now.
    pub fn phase(&mut self, message: &str) {
        if let Some(messages) = &self.messages {
            let _ = messages.send(message.to_string());
        }
    }

    /// How far a long phase has come; told no more often than it is shown.
    pub fn detail(&mut self, message: impl FnOnce() -> String) {
        if self.messages.is_some() && self.last.elapsed() >= TICK {
            self.last = Instant::now();
            self.phase(&message());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.messages.take());
        if let Some(spinner) = self.spinner.take() {
            let _ = spinner.join();
        }
    }
}

/// Waits out the patience, then shows each message until the sender is gone.
fn spin(inbox: &Receiver<String>) {
    let start = Instant::now();
    let mut message = String::new();
    loop {
        match inbox.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
            Ok(next) => message = next,
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
    let bar = ProgressBar::new_spinner();
    bar.set_message(message);
    bar.enable_steady_tick(TICK);
    while let Ok(message) = inbox.recv() {
        bar.set_message(message);
    }
    bar.finish_and_clear();
}
