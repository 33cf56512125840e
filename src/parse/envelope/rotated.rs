//! Whether a file of a container's output may go on with a line whose first piece stands in the file that was rotated away.
//!
//! An engine may rotate between two pieces of a line. A client who sends long lines chooses where they are cut, so the first entry of a file would be a line that it
//! wrote as a whole. That it is the rest of a line nothing in the file says.

/// Why such an entry counts for nobody.
pub(crate) const REASON: &str = "the first entry of a container's file, which may be the rest of a line that began before a rotation";

/// Whether `file` is called as engines call their files: `0.log` and `0.log.20240115-101112` of Kubernetes, its links `POD_NAMESPACE_CONTAINER-ID.log`, Docker's
/// `ID-json.log`, podman's `ctr.log`; rotated or not, compressed or not.
///
/// **Source:** Kubernetes `pkg/kubelet/logs/container_log_manager.go`, `kuberuntime/logs`; moby `daemon/logger/loggerutils/logfile.go`; conmon `src/ctr_logging.c`.
pub(crate) fn may_go_on(file: &str) -> bool {
    const ID_LEN: usize = 64;
    let name = file.rsplit('/').next().unwrap_or_default();
    let name = [".gz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    // The number or the time of a rotated file.
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let name = name.rsplit_once('.').filter(|(_, number)| is_number(number)).map_or(name, |(name, _)| name);
    let Some(stem) = name.strip_suffix(".log") else { return false };
    let is_link = stem.rsplit_once('-').is_some_and(|(_, id)| id.len() == ID_LEN && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_link || stem == "ctr" || stem.ends_with("-json") || !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_engines_are_known_by_their_names() {
        let id = "0123456789abcdef".repeat(4);
        let link = format!("/var/log/containers/web-1_default_nginx-{id}.log");
        let docker = format!("/var/lib/docker/containers/{id}/{id}-json.log.1");
        for (file, wanted) in [
            ("/var/log/pods/default_web-1_uid/nginx/0.log", true),
            ("0.log.20240115-101112.gz", true),
            ("12.log.20240115-101112", true),
            (&link, true),
            (&docker, true),
            ("x/ctr.log", true),
            ("-", false),
            ("access.log", false),
            ("access.log.1", false),
            ("nginx-1.log", false),
            (".log", false),
            ("20240115-101112", false),
        ] {
            assert_eq!(may_go_on(file), wanted, "{file}");
        }
    }
}
