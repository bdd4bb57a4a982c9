//! `sim`: a simulated Waycore alone.

use std::path::PathBuf;
use std::time::Duration;

use waycore_sim::{SimOptions, Simulator};

use super::listen::trial;
use super::{announce, shutdown, start_log};

/// Where the simulator listens, and how it behaves.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 3100)]
    port: u16,
    /// Makes random choices repeatable.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How fast its time goes; 0 stands still, 1 is real time.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// File that remembers everything over a restart; without it nothing is.
    #[arg(long)]
    state: Option<PathBuf>,
    /// Listen on every address of this machine, answer to any host name, and deliver webhooks to other machines. Anybody who
    /// reaches it controls it.
    #[arg(long)]
    allow_remote: bool,
}

/// Runs until a signal, and then keeps the state.
pub(super) async fn run(args: Args) -> anyhow::Result<()> {
    start_log()?;
    let listener = trial::listen_on(args.port, args.allow_remote, "--port").await?;
    let simulator = Simulator::new(SimOptions {
        seed: args.seed,
        speed: args.speed,
        state: args.state,
        allow_remote: args.allow_remote,
        ..SimOptions::default()
    })?;
    let shutdown = shutdown::on_signal(Duration::ZERO)?.due;
    let port = listener.local_addr()?.port();
    announce(&format!("Waycore simulator: http://127.0.0.1:{port}/"));
    waycore_sim::serve(listener, simulator.clone(), shutdown.cancelled_owned()).await?;
    simulator.save()?;
    Ok(())
}
