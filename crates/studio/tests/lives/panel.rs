//! The queue as a person arranges it: jobs put elsewhere, texts changed. And that all tabs agree on it.

use fusionbrain::Prompt;
use studio::{Command, Happening, Phase};

use crate::life::{law, some_tab, wish};
use crate::world::{Pid, World};

/// A job of the queue: its place, its id, its prompt.
type Shown = (u64, String, String);

/// Jobs that wait, as a tab shows them.
fn waiting(world: &World, pid: Pid) -> Vec<Shown> {
    shown(world, pid, |phase| *phase == Phase::Waiting)
}

/// Jobs that wait, or would if they could be written: whoever takes such a row over does not write it anew.
fn is_unsent(phase: &Phase) -> bool {
    matches!(phase, Phase::Waiting | Phase::Unkept { .. })
}

fn shown(world: &World, pid: Pid, which: fn(&Phase) -> bool) -> Vec<Shown> {
    let desks = world.processes[&pid].tab.desks().iter().filter(|desk| which(&desk.job().phase));
    let mut all: Vec<Shown> = desks
        .map(|desk| {
            let job = desk.job();
            (job.order, desk.id().to_owned(), job.request.prompt.as_str().to_owned())
        })
        .collect();
    all.sort();
    all
}

/// Puts some waiting job somewhere, in some tab. Says where, which one, and before which other one.
fn put_somewhere(world: &mut World) -> Option<(Pid, String, Option<String>)> {
    let pid = some_tab(world)?;
    let ids: Vec<String> = waiting(world, pid).into_iter().map(|(_, id, _)| id).collect();
    let some = |world: &mut World| ids.get(world.chance.below(ids.len() as u64 + 1) as usize).cloned();
    let (id, before) = (some(world)?, some(world));
    world.deliver(pid, Happening::Moved { id: id.clone(), before: before.clone() });
    Some((pid, id, before))
}

/// Writes another text to some job, whatever it is doing.
fn edit_something(world: &mut World) -> Option<(String, Prompt)> {
    let pid = some_tab(world)?;
    let desks = world.processes[&pid].tab.desks();
    let editable: Vec<(String, String)> = desks
        .iter()
        .map(|desk| (desk.id().to_owned(), desk.job().request.prompt.as_str().to_owned()))
        .collect();
    if editable.is_empty() {
        return None;
    }
    let (id, text) = editable[world.chance.below(editable.len() as u64) as usize].clone();
    let prompt = Prompt::new(&format!("{text} !")).ok()?;
    world.press(pid, &id, Command::Edit(prompt.clone(), None));
    Some((id, prompt))
}

/// A person arranges something while everything else goes wrong.
pub fn arrange(world: &mut World) {
    if world.chance.permille(500) {
        put_somewhere(world);
    } else {
        edit_something(world);
    }
}

fn live_on(world: &mut World, time: u64) -> Result<(), String> {
    let until = world.now + time;
    while world.now < until && world.step() {
        law(world)?;
    }
    Ok(())
}

/// The adversary rests for a while, and a person pauses the queue and arranges it: what was done in one tab is seen in all,
/// and stands on the disk.
pub fn all_tabs_agree(world: &mut World) -> Result<(), String> {
    let wild = std::mem::replace(&mut world.wild, false);
    let (fault, clock) = (world.disk.fault.take(), world.clock_stopped.take());
    let Some(pid) = some_tab(world) else { return Ok(()) };
    world.deliver(pid, Happening::Pause(true));
    for _ in 0..4 {
        wish(world);
    }
    world.say(|| "a quiet time".to_owned());
    // What tabs have missed they find when they look through the storage.
    live_on(world, 300_000)?;
    for _ in 0..1 + world.chance.below(6) {
        let edits = world.chance.permille(300);
        let edited = if edits { edit_something(world) } else { None };
        let moved = if edits { None } else { put_somewhere(world) };
        live_on(world, 3_000)?;
        agree(world)?;
        if let Some((pid, id, before)) = moved {
            stands(world, pid, &id, before.as_deref())?;
        }
        if let Some((id, prompt)) = edited {
            reads(world, &id, &prompt)?;
        }
    }
    world.deliver(pid, Happening::Pause(false));
    (world.wild, world.disk.fault, world.clock_stopped) = (wild, fault, clock);
    Ok(())
}

fn agree(world: &World) -> Result<(), String> {
    let mut on_disk: Vec<Shown> = world
        .disk
        .all_rows()
        .filter_map(|(id, text)| Some((id, studio::record::read(text).ok()?)))
        .filter(|(_, job)| is_unsent(&job.phase))
        .map(|(id, job)| (job.order, id.clone(), job.request.prompt.as_str().to_owned()))
        .collect();
    on_disk.sort();
    for pid in world.processes.keys() {
        let here = shown(world, *pid, is_unsent);
        if here != on_disk {
            return Err(format!("tab {pid} shows another queue than is stored: {here:?}, {on_disk:?}"));
        }
    }
    Ok(())
}

fn stands(world: &World, pid: Pid, id: &str, before: Option<&str>) -> Result<(), String> {
    let row = waiting(world, pid);
    let at = row.iter().position(|(_, have, _)| have == id);
    let next = at.and_then(|at| row.get(at + 1)).map(|(_, id, _)| id.as_str());
    if before == Some(id) || next == before {
        return Ok(());
    }
    Err(format!("{id} was put before {before:?} and stands before {next:?}"))
}

fn reads(world: &World, id: &str, prompt: &Prompt) -> Result<(), String> {
    let Some(process) = world.processes.values().next() else { return Ok(()) };
    let Some(desk) = process.tab.desk(id).filter(|desk| desk.job().can_be_edited()) else { return Ok(()) };
    if desk.job().request.prompt == *prompt {
        return Ok(());
    }
    Err(format!("{id} was edited and reads as before: {}", desk.job().request.prompt.as_str()))
}
