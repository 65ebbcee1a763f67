//! The course of a life: wishes and mischief, then healing, then the next opening; and what must be true.

use fusionbrain::TaskId;
use studio::{Command, Failure, Happening, Pause, Phase, RecordError, StorageFault, record};

use crate::chance::Chance;
use crate::panel;
use crate::service::MANNERS;
use crate::world::{Fate, Pid, World};

const COMMANDS: [Command; 10] = [
    Command::Stop,
    Command::KeepWaiting,
    Command::SendAgain,
    Command::SendAgain,
    Command::SendAnyway,
    Command::Resume,
    Command::Resume,
    Command::ToFront,
    Command::Cancel,
    Command::Remove,
];

/// How often each mischief is done, in ten thousand steps.
struct Temper {
    crash_tab: u64,
    crash_browser: u64,
    crash_worker: u64,
    open_tab: u64,
    revoke: u64,
    disk: u64,
    clock: u64,
    person: u64,
    wish: u64,
}

impl Temper {
    fn new(chance: &mut Chance) -> Self {
        // Some lives are hard where two misfortunes must meet: no room, and a lock that is taken away.
        let hard = if chance.permille(150) { 5 } else { 1 };
        let mut some = |most: u64| if chance.permille(600) { chance.below(most) } else { 0 };
        Self {
            crash_tab: some(200),
            crash_browser: some(60),
            crash_worker: some(100),
            open_tab: some(200),
            revoke: some(100) * hard,
            disk: some(200) * hard,
            clock: some(150),
            person: some(400),
            wish: some(100),
        }
    }
}

/// Lives one life; `Err` names the law that was broken.
pub fn live(world: &mut World) -> Result<(), String> {
    let temper = Temper::new(&mut world.chance);
    world.has_worker = world.chance.permille(700);
    world.relay = world.chance.permille(400);
    let tabs = 1 + world.chance.below(3);
    for _ in 0..tabs {
        world.open_tab();
    }
    for _ in 0..1 + world.chance.below(4) {
        wish(world);
    }
    let mischief = 60 + world.chance.below(240);
    for _ in 0..mischief {
        do_mischief(world, &temper);
        if !world.step() {
            world.open_tab();
        }
        law(world)?;
    }
    if world.chance.permille(300) {
        panel::all_tabs_agree(world)?;
    }
    heal(world)?;
    next_opening(world)
}

pub fn law(world: &World) -> Result<(), String> {
    world.broken.clone().map_or(Ok(()), Err)
}

pub fn some_tab(world: &mut World) -> Option<Pid> {
    let all: Vec<Pid> = world.processes.keys().copied().collect();
    (!all.is_empty()).then(|| world.chance.pick(&all))
}

pub fn wish(world: &mut World) {
    let Some(pid) = some_tab(world) else { return };
    let n = world.chance.next();
    let manner = world.chance.pick(MANNERS);
    let request = world.service.request(n, manner);
    let id = format!("job-{n:016x}");
    let learned = world.chance.permille(500).then_some(4.0);
    world.deliver(pid, Happening::Wished { id, request, place: "sim".into(), learned });
}

fn do_mischief(world: &mut World, temper: &Temper) {
    let strikes = |world: &mut World, often: u64| world.chance.below(10_000) < often;
    if strikes(world, temper.crash_tab)
        && let Some(pid) = some_tab(world)
    {
        world.fault("tab crashed");
        world.crash_tab(pid);
    }
    if strikes(world, temper.crash_browser) {
        world.fault("browser crashed");
        world.crash_browser();
        world.open_tab();
    }
    if world.has_worker && strikes(world, temper.crash_worker) {
        world.fault("worker killed");
        world.crash_worker();
    }
    if strikes(world, temper.open_tab) && world.processes.len() < 5 {
        world.fault("tab opened");
        world.open_tab();
    }
    if strikes(world, temper.revoke) {
        world.revoke_one();
    }
    if strikes(world, temper.disk) {
        disk_mischief(world);
    }
    if strikes(world, temper.clock) {
        clock_mischief(world);
    }
    if strikes(world, temper.wish) {
        wish(world);
    }
    if strikes(world, temper.person) {
        press_something(world);
    }
}

fn disk_mischief(world: &mut World) {
    if world.disk.fault.is_some() {
        world.disk.fault = None;
        world.say(|| "the disk is well again".to_owned());
        if world.chance.permille(500) {
            resume_all(world);
        }
    } else if world.chance.permille(800) {
        world.fault("disk full");
        world.disk.fault = Some(StorageFault::Full);
    } else {
        world.fault("disk broken");
        world.disk.fault = Some(StorageFault::Broken);
    }
}

fn clock_mischief(world: &mut World) {
    if world.clock_stopped.is_some() {
        world.clock_stopped = None;
    } else if world.chance.permille(200) {
        world.fault("clock stopped");
        world.clock_stopped = Some(world.wall());
    } else {
        world.fault("clock set");
        let by = world.chance.pick(&[-86_400_000_i64, -3_600_000, -10_000, -700, 700, 10_000, 600_000]);
        world.clock_error += by;
    }
}

fn press_something(world: &mut World) {
    let Some(pid) = some_tab(world) else { return };
    if world.chance.permille(150) {
        let paused = world.chance.permille(500);
        return world.deliver(pid, Happening::Pause(paused));
    }
    if world.chance.permille(250) {
        return panel::arrange(world);
    }
    let ids: Vec<String> = world.processes[&pid].tab.desks().iter().map(|d| d.id().to_owned()).collect();
    if ids.is_empty() {
        return;
    }
    let id = ids[world.chance.below(ids.len() as u64) as usize].clone();
    let command = COMMANDS[world.chance.below(COMMANDS.len() as u64) as usize].clone();
    world.press(pid, &id, command);
}

fn resume_all(world: &mut World) {
    let all: Vec<Pid> = world.processes.keys().copied().collect();
    for pid in all {
        world.deliver(pid, Happening::Resume);
    }
}

/// Whether the job goes on by itself; else a person is told what can be done.
fn goes_on(phase: &Phase) -> bool {
    !matches!(phase, Phase::Done(_) | Phase::Failed(_) | Phase::Stopped { .. } | Phase::Unknown { .. })
}

/// Whose job still goes on by itself.
fn restless(world: &World) -> Option<String> {
    for (pid, process) in &world.processes {
        if let Some(desk) = process.tab.desks().iter().find(|desk| goes_on(&desk.job().phase)) {
            return Some(format!("tab {pid}, {}", desk.id()));
        }
    }
    world.disk.active().into_iter().find_map(|(id, text)| match record::read(&text) {
        Ok(job) if goes_on(&job.phase) => Some(format!("row {id}")),
        Ok(_) => None,
        Err(error) => Some(format!("row {id}: {error}")),
    })
}

/// The adversary rests, the disk is well, persons do what they are asked to: everything comes to an end.
fn heal(world: &mut World) -> Result<(), String> {
    world.wild = false;
    world.disk.fault = None;
    world.clock_stopped = None;
    world.say(|| "healing".to_owned());
    if world.processes.is_empty() {
        world.open_tab();
    }
    let pid = *world.processes.keys().next().expect("a tab");
    world.deliver(pid, Happening::Pause(false));
    resume_all(world);
    quiet(world, 40 * 60_000)
}

/// Runs until nothing goes on by itself any more.
fn quiet(world: &mut World, patience: u64) -> Result<(), String> {
    let (begun, mut steps) = (world.now, 0_u64);
    let mut asked = 0;
    loop {
        for _ in 0..40 {
            world.step();
            law(world)?;
        }
        steps += 40;
        let Some(who) = restless(world) else { return Ok(()) };
        let late = world.now - begun;
        // A person goes on where the quota or a bad key paused, and stops what the service never ends.
        if late / 60_000 > asked {
            asked = late / 60_000;
            let pids: Vec<Pid> = world.processes.keys().copied().collect();
            for pid in pids {
                if matches!(world.processes[&pid].tab.pause(), Some(Pause::Quota | Pause::Person)) {
                    world.deliver(pid, Happening::Pause(false));
                }
                let stuck: Vec<String> = world.processes[&pid]
                    .tab
                    .desks()
                    .iter()
                    .filter(|desk| desk.is_ours() && desk.job().takes_long(world.wall()))
                    // All others must come to an end without being stopped.
                    .filter(|desk| desk.job().request.prompt.as_str().contains("sim:stuck"))
                    .map(|desk| desk.id().to_owned())
                    .collect();
                for id in stuck {
                    world.press(pid, &id, Command::Stop);
                }
                world.deliver(pid, Happening::Resume);
            }
        }
        if late > patience || steps > 60_000 {
            return Err(format!("stuck after {late} ms: {who}"));
        }
    }
}

/// All tabs are closed, one is opened: the inbox is drained, and everything is in its place.
fn next_opening(world: &mut World) -> Result<(), String> {
    // What is on its way arrives, as when a person closes the last tab some minutes later.
    let until = world.now + 210_000;
    while world.now < until && world.step() {}
    quiet(world, 40 * 60_000)?;
    let pids: Vec<Pid> = world.processes.keys().copied().collect();
    pids.into_iter().for_each(|pid| world.crash_tab(pid));
    world.crash_browser();
    world.open_tab();
    let until = world.now + 5_000;
    while world.now < until && world.step() {}
    quiet(world, 10 * 60_000)?;
    let until = world.now + 3_000;
    while world.now < until && world.step() {}
    consistent(world)?;
    nothing_lost(world)
}

fn consistent(world: &World) -> Result<(), String> {
    for (id, text) in world.disk.all_rows() {
        let job = record::read(text).map_err(|error: RecordError| format!("row {id}: {error}"))?;
        if let Phase::Done(facts) = &job.phase {
            let image = world.disk.images().get(id);
            if image.is_none_or(|image| image.task != facts.task) || !world.disk.has_blob(id) {
                return Err(format!("{id} is done without its picture"));
            }
        }
    }
    for (id, image) in world.disk.images() {
        shows_what_it_was_drawn_from(world, id, &image.task)?;
        let row = world.disk.row(id).and_then(|text| record::read(&text).ok());
        if !row.is_some_and(|job| matches!(job.phase, Phase::Done(_))) {
            return Err(format!("the picture of {} has no job that is done: {id}", image.task));
        }
    }
    match world.disk.letters().first() {
        Some((task, job)) => Err(format!("the letter of {task} for {job} was not drained")),
        None => Ok(()),
    }
}

/// A job that was edited has no picture of its old texts.
fn shows_what_it_was_drawn_from(world: &World, id: &str, task: &TaskId) -> Result<(), String> {
    let Some(drawn) = world.service.drawn_from(task) else { return Ok(()) };
    let told = world.disk.row(id).and_then(|text| Some(record::read(&text).ok()?.request.prompt));
    // A letter whose job nobody knew is told without a prompt. And what was sent although nothing could be written may be on
    // the disk with its old text.
    let anyway = world.sent.get(id).is_some_and(|sent| sent.anyway);
    match told {
        Some(told) if told.as_str() != drawn && told.as_str() != "?" && !anyway => {
            Err(format!("{id} reads «{}», and its picture was drawn from «{drawn}»", told.as_str()))
        }
        _ => Ok(()),
    }
}

fn nothing_lost(world: &World) -> Result<(), String> {
    let has = |task: &str| world.disk.images().values().any(|image| image.task.as_str() == task);
    for (task, (job, fate)) in &world.fates {
        if world.removed.contains(job) || world.removed.contains(task) {
            continue;
        }
        if *fate != Fate::Lost && !has(task) {
            return Err(format!(
                "the picture of {task} ({job}) was delivered whole and is not in the library: {fate:?}"
            ));
        }
        let row = world.disk.row(job).and_then(|text| record::read(&text).ok());
        if world.relay
            && !has(task)
            && row.is_some_and(|job| matches!(job.phase, Phase::Failed(Failure::TaskGone { .. })))
        {
            return Err(format!(
                "the relay would have repeated the picture of {task} ({job}), and it was given up"
            ));
        }
        // Sent although nothing could be written: its person was told before.
        let anyway = world.sent.get(job).is_some_and(|sent| sent.anyway);
        if *fate == Fate::Lost && !has(task) && !anyway && world.disk.row(job).is_none() {
            return Err(format!("the loss of {task} ({job}) is not told"));
        }
    }
    for (id, sent) in &world.sent {
        if sent.any && !sent.anyway && !world.removed.contains(id) && world.disk.row(id).is_none() {
            return Err(format!("{id} was sent and is not on the list"));
        }
    }
    Ok(())
}
