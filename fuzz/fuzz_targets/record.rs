//! Any line as a record: the quick reader of events says what the thorough one says, hosts are read or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::record::event::read::{EventReader, EventView};
use soar_light::record::host::HostRecord;
use soar_light::record::kind_of;
use soar_light::scan::splice::HostLine;

fuzz_target!(|line: &[u8]| {
    let _ = kind_of(line);
    if line.starts_with(br#"{"schema":"soar.event/1","#) {
        assert_eq!(EventReader::default().read(line), EventView::from_line(line));
    }
    if let Ok(host) = HostRecord::from_line(line) {
        let mut out = Vec::new();
        host.write_line(&mut out);
        HostRecord::from_line(&out[..out.len() - 1]).expect("what was written");
    }
    let _ = HostLine::read(line);
});
