//! A chart as PNG. The browser paints the picture that the server sends as SVG, in the colours of the page, on a canvas.

use leptos::prelude::*;

/// A button that saves the picture. Without JavaScript it does not show itself; its place is kept, so that nothing moves.
#[component]
pub(super) fn PngButton(
    /// Where the SVG file is.
    svg: String,
    /// What files of the chart are called.
    name: &'static str,
) -> impl IntoView {
    let words = RwSignal::new("PNG");
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let save = move |_| {
        #[cfg(feature = "hydrate")]
        {
            let svg = svg.clone();
            leptos::task::spawn_local(async move {
                let saved = canvas::save(&svg, name).await.is_ok();
                words.set(if saved { "PNG" } else { "PNG: not saved" });
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (&svg, name);
    };
    view! {
        <button class="text-accent hover:underline cursor-pointer" class:invisible=move || !alive.get() type="button" on:click=save>
            {words}
        </button>
    }
}

#[cfg(feature = "hydrate")]
mod canvas {
    use leptos::prelude::{document, window};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement};

    /// Pixels of the picture for one of the SVG: sharp on a dense screen and in a slide.
    const SCALE: u32 = 2;

    /// Paints the SVG at an address of this site, and hands the picture to the person as a download.
    pub(super) async fn save(svg: &str, name: &str) -> Result<(), JsValue> {
        let image = HtmlImageElement::new()?;
        image.set_src(&format!("{svg}&colours={}", if is_dark() { "dark" } else { "light" }));
        JsFuture::from(image.decode()).await?;
        let (width, height) = (image.natural_width() * SCALE, image.natural_height() * SCALE);
        let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
        canvas.set_width(width);
        canvas.set_height(height);
        let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
        context.dyn_into::<CanvasRenderingContext2d>()?.draw_image_with_html_image_element_and_dw_and_dh(
            &image,
            0.0,
            0.0,
            width.into(),
            height.into(),
        )?;
        let link: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
        link.set_href(&canvas.to_data_url()?);
        link.set_download(&format!("gavel-{name}.png"));
        link.click();
        Ok(())
    }

    /// Whether the page is dark, by a person's choice or the system's.
    fn is_dark() -> bool {
        let chosen = document().document_element().map(|root| root.class_name()).unwrap_or_default();
        match &*chosen {
            "dark" => true,
            "light" => false,
            _ => window()
                .match_media("(prefers-color-scheme: dark)")
                .ok()
                .flatten()
                .is_some_and(|system| system.matches()),
        }
    }
}
