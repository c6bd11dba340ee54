//! From margins to probabilities: a logistic curve a channel, fitted on rows that the model never saw.

/// A logistic curve: the logit is `slope * margin + intercept`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Curve {
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
}

/// Strength of the pull towards `prior`, in rows: a channel with few rows stays near the curve of all.
const PULL: f64 = 20.0;

/// The curve that all channels start from.
const START: Curve = Curve { slope: 4.0, intercept: 0.0 };

/// Fits a curve to margins and labels by Newton's method, pulled towards `prior`.
pub(crate) fn fit(points: &[(f32, bool)], prior: Option<Curve>) -> Curve {
    let prior = prior.unwrap_or(START);
    let mut curve = prior;
    for _ in 0..50 {
        let mut gradient =
            [PULL * (curve.slope - prior.slope) / 16.0, PULL * (curve.intercept - prior.intercept) / 4.0];
        let mut hessian = [PULL / 16.0, 0.0, PULL / 4.0];
        for (margin, is_spam) in points {
            let margin = f64::from(*margin);
            let guess = logistic(curve.slope * margin + curve.intercept);
            let miss = guess - f64::from(u8::from(*is_spam));
            let width = (guess * (1.0 - guess)).max(1e-6);
            gradient[0] += miss * margin;
            gradient[1] += miss;
            hessian[0] += width * margin * margin;
            hessian[1] += width * margin;
            hessian[2] += width;
        }
        let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
        let step = [
            (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant,
            (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant,
        ];
        curve.slope = (curve.slope - step[0]).clamp(0.5, 20.0);
        curve.intercept = (curve.intercept - step[1]).clamp(-8.0, 8.0);
        if step[0].abs() + step[1].abs() < 1e-9 {
            break;
        }
    }
    curve
}

/// The probability at a logit.
pub(crate) fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_found_again() {
        let points: Vec<(f32, bool)> = (0..4_000)
            .map(|n| {
                let margin = (n % 40) as f32 / 10.0 - 2.0;
                let share = logistic(3.0 * f64::from(margin) - 0.5);
                (margin, f64::from(n / 40) / 100.0 < share)
            })
            .collect();
        let curve = fit(&points, None);
        assert!((curve.slope - 3.0).abs() < 0.2, "{curve:?}");
        assert!((curve.intercept + 0.5).abs() < 0.2, "{curve:?}");
    }
}
