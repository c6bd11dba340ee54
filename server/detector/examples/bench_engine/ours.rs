//! The detector's verdicts.

use cpu_time::ThreadTime;
use detector::eval::HeldOut;

use crate::{Judged, Micros, sample::Sample};

pub(crate) fn measure(sample: &Sample<'_>, held_out: &HeldOut) -> Judged {
    let mut micros = Vec::with_capacity(sample.rows.len());
    let mut verdicts = Vec::with_capacity(sample.rows.len());
    for row in &sample.rows {
        let (model, request) = (held_out.model(*row), &sample.corpus.rows[*row].request);
        let start = ThreadTime::now();
        let verdict = model.verdict(request);
        micros.push(start.elapsed().as_secs_f64() * 1e6);
        verdicts.push(verdict.is_spam);
    }
    Judged { verdicts, micros: Micros::of(micros) }
}
