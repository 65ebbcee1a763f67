//! What somebody who does not look at the page is told: one thing for all jobs of one press.

use crate::Ms;

/// Jobs whose wishes are at most so many milliseconds apart were asked for together.
const TOGETHER: Ms = 1_000;

/// What there is to tell of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is a picture, stored or not.
    Picture,
    /// There will be none.
    Nothing,
    /// It goes on only when a person says so.
    Asks,
}

/// Ends of jobs that nobody was told of yet.
#[derive(Debug, Default)]
pub struct News {
    ends: Vec<End>,
}

/// The end of a job, or that it goes no further by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// When it was asked for.
    pub created: Ms,
    /// Its prompt.
    pub prompt: String,
    /// What became of it.
    pub standing: Standing,
}

/// What is told at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// So many pictures.
    pub done: usize,
    /// So many jobs without one.
    pub failed: usize,
    /// So many that a person is asked about.
    pub asking: usize,
    /// The prompts, each once, the first to end first.
    pub prompts: Vec<String>,
}

impl News {
    /// A job has ended, or goes no further by itself.
    pub fn note(&mut self, end: End) {
        self.ends.push(end);
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Somebody looks at the page: whatever there is to tell, they see it.
    pub fn forget(&mut self) {
        self.ends.clear();
    }

    /// What is to be told now, if anything is. Whatever was asked for together with a job that goes on waits for that.
    ///
    /// `going_on` are the wishes' times of jobs that go on by themselves; `stuck` says that those do not now.
    #[must_use]
    pub fn due(&mut self, going_on: &[Ms], stuck: bool) -> Option<Bundle> {
        let waits =
            |end: &End| !stuck && going_on.iter().any(|other| other.abs_diff(end.created) <= TOGETHER);
        let (kept, told): (Vec<End>, Vec<End>) = std::mem::take(&mut self.ends).into_iter().partition(waits);
        self.ends = kept;
        if told.is_empty() {
            return None;
        }
        let mut prompts: Vec<String> = vec![];
        for end in &told {
            if !prompts.contains(&end.prompt) {
                prompts.push(end.prompt.clone());
            }
        }
        let count = |standing| told.iter().filter(|end| end.standing == standing).count();
        let (done, failed) = (count(Standing::Picture), count(Standing::Nothing));
        Some(Bundle { done, failed, asking: count(Standing::Asks), prompts })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn end(created: Ms, well: bool) -> End {
        let standing = if well { Standing::Picture } else { Standing::Nothing };
        End { created, prompt: "кот".into(), standing }
    }

    #[test]
    fn a_batch_is_told_once_when_its_last_job_has_ended() {
        let mut news = News::default();
        news.note(end(100, true));
        assert_eq!(news.due(&[100, 103], false), None);
        news.note(end(100, false));
        assert_eq!(news.due(&[103], false), None);
        news.note(end(103, true));
        let told = Bundle { done: 2, failed: 1, asking: 0, prompts: vec!["кот".into()] };
        assert_eq!(news.due(&[], false), Some(told));
        assert_eq!(news.due(&[], false), None, "and not again");
    }

    #[test]
    fn what_was_asked_for_at_another_time_waits_for_nobody() {
        let mut news = News::default();
        news.note(end(100, true));
        assert!(news.due(&[50_000], false).is_some());
    }

    #[test]
    fn when_the_rest_does_not_go_on_the_part_that_ended_is_told() {
        let mut news = News::default();
        news.note(end(100, false));
        assert_eq!(news.due(&[100], true).map(|bundle| bundle.failed), Some(1));
    }

    #[test]
    fn what_asks_a_person_is_told_with_the_others() {
        let mut news = News::default();
        news.note(end(100, true));
        news.note(End { standing: Standing::Asks, ..end(101, false) });
        let told = Bundle { done: 1, failed: 0, asking: 1, prompts: vec!["кот".into()] };
        assert_eq!(news.due(&[], false), Some(told));
    }

    #[test]
    fn who_looks_is_told_nothing() {
        let mut news = News::default();
        news.note(end(100, true));
        news.forget();
        assert_eq!(news.due(&[], false), None);
    }

    proptest! {
        #[test]
        fn each_end_is_told_exactly_once(ends in proptest::collection::vec((0_u64..5_000, any::<bool>()), 0..20)) {
            let (mut news, mut told) = (News::default(), 0);
            for (n, (created, well)) in ends.iter().enumerate() {
                news.note(end(*created, *well));
                let going_on: Vec<Ms> = ends[n + 1..].iter().map(|(created, _)| *created).collect();
                told += news.due(&going_on, false).map_or(0, |bundle| bundle.done + bundle.failed);
            }
            prop_assert_eq!(told, ends.len());
        }
    }
}
