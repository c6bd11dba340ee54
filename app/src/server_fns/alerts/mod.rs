//! Alerts: the banner, the list, how they are set.

mod banner;
mod list;
mod settings;

pub use banner::{DismissAlert, dismiss_alert, get_banner};
pub use list::{AlertsPage, list_alerts};
pub use settings::{
    AlertsSection, AlertsSubmission, SaveAlerts, SavedAlerts, SentTest, TestAlerts, get_alert_settings,
    save_alerts, submitted_alerts, submitted_test, test_alerts,
};
