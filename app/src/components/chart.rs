//! Charts that the server draws. Each says in words what it shows, and has its numbers below.

use leptos::prelude::*;

use crate::{
    backend::{DayBalance, Flow, MonthFlow},
    copy::{
        locale::{amount, day, month, number},
        pages::words,
    },
};

/// In units of the drawing, which scales.
const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 220.0;
/// Room for the amounts beside the drawing, for days below it, and for the currency above the amounts.
const LEFT: f64 = 76.0;
const BOTTOM: f64 = 24.0;
const TOP: f64 = 30.0;

/// No more names of months than these, or they would touch.
const NAMES: usize = 5;

/// From a round amount below the lowest to one above the highest.
struct Scale {
    low: f64,
    high: f64,
    /// From one line across the drawing to the next.
    step: f64,
}

impl Scale {
    fn of(amounts: impl Iterator<Item = f64> + Clone, with_zero: bool) -> Self {
        let zero = with_zero.then_some(0.0);
        let low = amounts.clone().chain(zero).fold(f64::INFINITY, f64::min);
        let high = amounts.chain(zero).fold(f64::NEG_INFINITY, f64::max);
        // A balance that never moved is a line in the middle; of a large one, less than its millionth is no movement.
        let room = (low.abs().max(high.abs()) * 1e-6).max(1.0);
        let is_still = high - low < room * 0.01;
        let (low, high) = if is_still { (low - room, high + room) } else { (low, high) };
        let step = round_step((high - low) / 3.0);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    fn y(&self, amount: f64) -> f64 {
        TOP + (HEIGHT - TOP - BOTTOM) * (self.high - amount) / (self.high - self.low)
    }

    /// Lines across the drawing, with the amount that they stand for, below their currency.
    fn lines(&self, currency: &str) -> AnyView {
        let count = ((self.high - self.low) / self.step).round() as i32;
        let lines = (0..=count).map(|index| {
            let amount = self.low + self.step * f64::from(index);
            let y = at(self.y(amount));
            let digits = if self.step < 1.0 { 2 } else { 0 };
            view! {
                <line class="chart-line" x1=at(LEFT) x2=at(WIDTH) y1=y.clone() y2=y.clone()></line>
                <text class="chart-text chart-amount" x=at(LEFT - 8.0) y=y dy="0.35em">
                    {number(&format!("{amount:.digits$}"))}
                </text>
            }
        });
        view! {
            <text class="chart-text chart-amount" x=at(LEFT - 8.0) y="12">{currency.to_owned()}</text>
            {lines.collect_view()}
        }
        .into_any()
    }
}

/// The first of 1, 2, 5, 10, 20, … that is as large.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|digit| digit * power).find(|step| *step >= least).unwrap_or(10.0 * power)
}

/// The balance over time, and what came in and went out by month.
#[component]
pub fn Charts(flow: Flow) -> impl IntoView {
    let text = &words().detail;
    let Flow { currency, balances, months, others_left_out, too_much, too_large, unreadable: _ } = flow;
    let others = others_left_out.then(|| view! { <p class="muted">{text.others_left_out}</p> });
    view! {
        {too_much.then(|| view! { <p class="muted">{text.too_much}</p> })}
        {too_large.then(|| view! { <p class="muted">{text.too_large}</p> })}
        <div class="charts">
            {(balances.len() > 1).then(|| balance_chart(&currency, &balances))}
            {(!months.is_empty()).then(|| month_chart(&currency, &months))}
        </div>
        {others}
    }
}

fn balance_chart(currency: &str, balances: &[DayBalance]) -> Option<AnyView> {
    let text = &words().detail;
    let (first, last) = (balances.first()?, balances.last()?);
    let lowest =
        balances.iter().min_by(|one, other| value(&one.balance).total_cmp(&value(&other.balance)))?;
    let highest =
        balances.iter().max_by(|one, other| value(&one.balance).total_cmp(&value(&other.balance)))?;
    let on = |point: &DayBalance| [amount(&point.balance, currency), day(&point.day)].join(", ");
    let described = format!(
        "{}: {} – {}. {}: {}. {}: {}.",
        text.balance,
        on(first),
        on(last),
        text.lowest,
        on(lowest),
        text.highest,
        on(highest)
    );
    let scale = Scale::of(balances.iter().map(|point| value(&point.balance)), false);
    let step = (WIDTH - LEFT) / (balances.len() - 1) as f64;
    let points = balances.iter().enumerate().map(|(index, point)| {
        format!("{},{}", at(LEFT + step * index as f64), at(scale.y(value(&point.balance))))
    });
    let points = points.collect::<Vec<_>>().join(" ");
    let rows = balances.iter().rev().map(|point| {
        view! { <tr><th scope="row">{day(&point.day)}</th><td class="amount" translate="no">{amount(&point.balance, currency)}</td></tr> }
    });
    let rows = rows.collect_view();
    let drawing = view! {
        {scale.lines(currency)}
        <polyline class="chart-balance" points=points></polyline>
        <text class="chart-text" x=at(LEFT) y=at(HEIGHT - 4.0)>{day(&first.day)}</text>
        <text class="chart-text chart-amount" x=at(WIDTH) y=at(HEIGHT - 4.0)>{day(&last.day)}</text>
    };
    let table = view! {
        <thead><tr><th scope="col">{text.date}</th><th scope="col" class="amount">{text.balance}</th></tr></thead>
        <tbody>{rows}</tbody>
    };
    Some(figure(text.balance, described, drawing.into_any(), None, table.into_any()))
}

fn month_chart(currency: &str, months: &[MonthFlow]) -> AnyView {
    let text = &words().detail;
    let sums = months.iter().flat_map(|month| [value(&month.came_in), value(&month.went_out)]);
    let scale = Scale::of(sums.collect::<Vec<_>>().into_iter(), true);
    let room = (WIDTH - LEFT) / months.len() as f64;
    let bar = (room * 0.32).min(48.0);
    let ground = scale.y(0.0);
    let named = |index: usize| (months.len() - 1 - index).is_multiple_of(months.len().div_ceil(NAMES));
    let bars = months.iter().enumerate().map(|(index, sums)| {
        let middle = LEFT + room * (index as f64 + 0.5);
        let rect = |class: &'static str, x: f64, amount: &str| {
            let top = scale.y(value(amount));
            view! { <rect class=class x=at(x) y=at(top) width=at(bar) height=at((ground - top).max(0.0))></rect> }
        };
        view! {
            {rect("chart-in", middle - bar - 1.0, &sums.came_in)}
            {rect("chart-out", middle + 1.0, &sums.went_out)}
            {named(index)
                .then(|| view! {
                    <text class="chart-text chart-month" x=at(middle) y=at(HEIGHT - 4.0)>{month(&sums.month)}</text>
                })}
        }
    });
    let described = months.iter().map(|sums| {
        format!(
            "{}: {} {}, {} {}.",
            month(&sums.month),
            text.came_in,
            amount(&sums.came_in, currency),
            text.went_out,
            amount(&sums.went_out, currency)
        )
    });
    let described = described.collect::<Vec<_>>().join(" ");
    let rows = months.iter().rev().map(|sums| {
        view! {
            <tr>
                <th scope="row">{month(&sums.month)}</th>
                <td class="amount" translate="no">{amount(&sums.came_in, currency)}</td>
                <td class="amount" translate="no">{amount(&sums.went_out, currency)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let drawing = view! { {scale.lines(currency)} {bars.collect_view()} };
    let legend = view! {
        <p class="legend" aria-hidden="true">
            <span class="legend-in">{text.came_in}</span> <span class="legend-out">{text.went_out}</span>
        </p>
    };
    let table = view! {
        <thead>
            <tr>
                <th scope="col">{text.month}</th>
                <th scope="col" class="amount">{text.came_in}</th>
                <th scope="col" class="amount">{text.went_out}</th>
            </tr>
        </thead>
        <tbody>{rows}</tbody>
    };
    figure(text.by_month, described, drawing.into_any(), Some(legend.into_any()), table.into_any())
}

fn figure(
    title: &'static str,
    described: String,
    drawing: AnyView,
    legend: Option<AnyView>,
    table: AnyView,
) -> AnyView {
    view! {
        <figure class="chart">
            <figcaption>{title}</figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=described>
                {drawing}
            </svg>
            {legend}
            <details class="disclosure">
                <summary>{words().detail.numbers}<span class="visually-hidden">": " {title}</span></summary>
                // By keyboard too: what scrolls can be focused.
                <div class="numbers-room" tabindex="0" role="group" aria-label=title>
                    <table class="numbers">{table}</table>
                </div>
            </details>
        </figure>
    }
    .into_any()
}

fn value(decimal: &str) -> f64 {
    decimal.parse().unwrap_or_default()
}

/// A tenth of a unit is less than a pixel.
fn at(place: f64) -> String {
    format!("{place:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_at_round_amounts() {
        let lines = |amounts: [f64; 2], with_zero| {
            let scale = Scale::of(amounts.into_iter(), with_zero);
            (scale.low, scale.high, scale.step)
        };
        assert_eq!(lines([411_602.0, 548_608.0], false), (400_000.0, 550_000.0, 50_000.0));
        assert_eq!(lines([70_000.0, 234_282.0], true), (0.0, 300_000.0, 100_000.0));
        assert_eq!(lines([-1_400.0, 900.0], false), (-2_000.0, 1_000.0, 1_000.0));
        // A balance that never moved is a line in the middle.
        assert_eq!(lines([5.0, 5.0], false), (4.0, 6.0, 1.0));
    }

    #[test]
    fn amounts_of_any_size_are_drawn() {
        for (low, high) in
            [(7.9e28, 7.9e28), (-7.9e28, 7.9e28), (7.9e28, 7.9e28 + 1e13), (0.0, 0.0), (1e-9, 2e-9)]
        {
            let scale = Scale::of([low, high].into_iter(), false);
            let lines = ((scale.high - scale.low) / scale.step).round();
            assert!((1.0..=20.0).contains(&lines), "{low} to {high}: {lines} lines");
            assert!(scale.y(low).is_finite() && scale.y(high).is_finite(), "{low} to {high}");
        }
    }

    #[test]
    fn amounts_have_their_place() {
        let scale = Scale::of([0.0, 300.0].into_iter(), true);
        assert_eq!((scale.y(scale.high), scale.y(0.0)), (TOP, HEIGHT - BOTTOM));
    }
}
