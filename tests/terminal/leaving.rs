//! However the view ends, the terminal is as it was.

use std::{env, fs};

use nodeusage::screen::Screen;
use rustix::process::{Pid, Signal, kill_process};

use crate::tmux::{BEFORE, Tmux};

/// A live view of the demo in a shell that says with which code it ended, and its process.
fn demo() -> (Tmux, Pid) {
    let tmux = Tmux::of_size(80, 24);
    let pid = tmux.folder().join("pid");
    // The shell that writes the number of its process becomes the program.
    let program = env!("CARGO_BIN_EXE_kubectl-nodeusage");
    let script = tmux.folder().join("start");
    fs::write(&script, format!("echo $$ >{}\nexec {program} --demo -w\n", pid.display())).unwrap();
    tmux.types(&format!("sh {}; echo \"code $?.\"", script.display()));
    tmux.frame(80, 24);
    let pid = fs::read_to_string(pid).unwrap().trim().parse().unwrap();
    (tmux, Pid::from_raw(pid).unwrap())
}

#[track_caller]
fn assert_restored(tmux: &Tmux, last: &str) {
    let screen = tmux.shows(last);
    assert!(screen.contains(&format!("\n{BEFORE}\n")), "{screen}");
    assert!(!screen.contains("next in "), "{screen}");
    assert_eq!(tmux.modes(), [false, true, true], "main screen, cursor, long lines broken");
}

#[test]
fn after_an_interrupt() {
    let (tmux, _) = demo();
    tmux.presses("C-c");
    assert_restored(&tmux, "code 0.");
}

#[test]
fn after_a_termination() {
    let (tmux, pid) = demo();
    kill_process(pid, Signal::TERM).unwrap();
    assert_restored(&tmux, "code 0.");
}

#[test]
fn while_it_is_stopped_and_after_it_went_on() {
    let (tmux, _) = demo();
    for turn in ["once", "twice"] {
        tmux.presses("C-z");
        assert_restored(&tmux, "Stopped");
        tmux.types(&format!("clear; echo; echo '{BEFORE}'; echo {turn}; fg; echo \"code $?.\""));
        tmux.frame(80, 24);
        assert_eq!(tmux.modes(), [true, false, false]);
    }
    tmux.presses("C-c");
    assert_restored(&tmux, "\ntwice\n");
    tmux.shows("code 0.");
}

#[test]
fn after_a_panic() {
    let tmux = Tmux::of_size(80, 24);
    let own = env::current_exe().unwrap();
    let test = concat!(module_path!(), "::panics_on_the_other_screen").split_once("::").unwrap().1;
    tmux.types(&format!("{} --ignored --exact {test} --nocapture; echo \"code $?.\"", own.display()));
    assert_restored(&tmux, "code 101.");
    tmux.shows("the screen is lost");
}

#[test]
#[ignore = "after_a_panic runs it in a terminal"]
fn panics_on_the_other_screen() {
    let mut screen = Screen::enter().unwrap();
    screen.draw(&["next in ".to_owned()]).unwrap();
    // As in a release, where a panic ends the process at once.
    std::mem::forget(screen);
    panic!("the screen is lost");
}
