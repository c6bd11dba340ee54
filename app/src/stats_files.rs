//! The charts of the Stats page as files.

use moderation::Moderation;

pub use crate::components::chart::Colours;
use crate::{
    error::AppError,
    pages::stats::charts,
    server_fns::stats::{Asked, ChartsReport},
};

/// A chart as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartFile {
    /// A picture.
    Svg(String),
    /// Its figures, the names of the columns first; whoever writes them sees to quotes and formulas.
    Records(Vec<Vec<String>>),
}

/// The chart with this name of what is asked for, as a picture in some colours or as figures.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such chart, else what [`Asked`] or the store say.
pub async fn chart_file(
    moderation: &Moderation,
    asked: &Asked,
    name: &str,
    picture: Option<Colours>,
) -> Result<ChartFile, AppError> {
    let (days, scope) = asked.read(moderation).await?;
    let figures = moderation.charts(days, &scope).await?;
    let report = ChartsReport { charts: figures, scope, sites: Vec::new(), searches: Vec::new() };
    let chart = charts::all(&report).into_iter().find(|chart| chart.name == name);
    let chart = chart.ok_or_else(|| AppError::NotFound("chart".to_owned()))?;
    Ok(match picture {
        Some(colours) => ChartFile::Svg(chart.svg(colours)),
        None => ChartFile::Records(chart.table.records()),
    })
}
