//! Opens TCP ports on loopback for the demo, until its stdin ends.
//!
//! Takes `ADDRESS:PORT` operands; one that ends in `?` may fail (a privileged port, say). Says `ready` when all are open.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::thread;

fn main() -> ExitCode {
    match listen() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A stderr that cannot be written leaves the exit code to tell.
            let _ = writeln!(io::stderr(), "listener: {error}");
            ExitCode::FAILURE
        }
    }
}

fn listen() -> Result<(), Box<dyn Error>> {
    let mut opened = Vec::new();
    for operand in std::env::args().skip(1) {
        let (address, is_optional) = operand.strip_suffix('?').map_or((operand.as_str(), false), |address| (address, true));
        let address: SocketAddr = address.parse()?;
        if !address.ip().is_loopback() {
            return Err(format!("{address} is not a loopback address").into());
        }
        match TcpListener::bind(address) {
            Ok(listener) => {
                opened.push(address.to_string());
                // A connection is accepted and dropped; the threads end with the process.
                thread::spawn(move || listener.incoming().for_each(drop));
            }
            Err(_) if is_optional => {}
            Err(error) => return Err(format!("{address}: {error}").into()),
        }
    }
    writeln!(io::stdout(), "ready {}", opened.join(" "))?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
