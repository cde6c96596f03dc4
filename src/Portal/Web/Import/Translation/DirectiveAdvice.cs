using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>What is said of a directive that nothing translated.</summary>
internal static class DirectiveAdvice
{
    private const string Default = "left out; nothing here corresponds to it";
    private const string CacheHeaders = "left out; set \"responseHeaders\": { \"Cache-Control\": \"max-age=…\" }, or let the target say it";
    private const string Limits = "left out; \"rate\" bounds requests of an address, and \"limits\": { \"visitorsPerAddress\": … } its connections";
    private const string Scripts = "left out; scripts are not run here";

    /// <summary>
    /// Nothing is lost without them: they tune what tunes itself here, or turn on what is always on. Those of them that have a block
    /// are silent with all that is in it.
    /// </summary>
    private static readonly HashSet<string> NotNeeded = new(StringComparer.Ordinal)
    {
        // The process.
        "user", "pid", "worker_processes", "worker_rlimit_nofile", "worker_rlimit_core", "worker_cpu_affinity", "worker_priority", "worker_connections", "worker_shutdown_timeout",
        "events", "use", "multi_accept", "accept_mutex", "daemon", "master_process", "pcre_jit", "thread_pool", "timer_resolution", "lock_file", "env",

        // Sockets and connections.
        "sendfile", "sendfile_max_chunk", "tcp_nopush", "tcp_nodelay", "aio", "aio_write", "directio", "keepalive", "keepalive_timeout", "keepalive_requests", "keepalive_time",
        "keepalive_disable", "reset_timedout_connection", "lingering_close", "lingering_time", "lingering_timeout", "send_timeout", "send_lowat", "postpone_output",
        "client_body_timeout", "client_header_timeout", "http2", "http2_max_concurrent_streams", "http2_recv_timeout", "http2_idle_timeout", "http2_chunk_size",
        "http2_body_preread_size", "http3", "proxy_socket_keepalive", "proxy_http_version", "proxy_send_timeout", "grpc_send_timeout", "zone",

        // Buffers: nothing is stored on its way.
        "client_body_buffer_size", "client_header_buffer_size", "large_client_header_buffers", "client_body_in_single_buffer", "client_body_temp_path", "connection_pool_size",
        "request_pool_size", "output_buffers", "proxy_buffering", "proxy_buffer_size", "proxy_buffers", "proxy_busy_buffers_size", "proxy_request_buffering",
        "proxy_max_temp_file_size", "proxy_temp_file_write_size", "proxy_temp_path", "proxy_headers_hash_max_size", "proxy_headers_hash_bucket_size", "grpc_buffer_size",
        "fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path",

        // Files.
        "open_file_cache", "open_file_cache_valid", "open_file_cache_min_uses", "open_file_cache_errors", "types", "types_hash_max_size", "types_hash_bucket_size", "default_type",
        "log_not_found", "log_subrequest", "open_log_file_cache", "etag", "read_ahead", "recursive_error_pages", "max_ranges",

        // Names, requests and answers.
        "server_tokens", "server_names_hash_max_size", "server_names_hash_bucket_size", "variables_hash_max_size", "variables_hash_bucket_size", "map_hash_max_size",
        "map_hash_bucket_size", "merge_slashes", "ignore_invalid_headers", "msie_padding", "chunked_transfer_encoding", "port_in_redirect", "server_name_in_redirect",
        "absolute_redirect", "proxy_pass_header", "proxy_pass_request_body", "proxy_ignore_client_abort", "real_ip_recursive", "auth_delay",

        // Compression and caching.
        "gzip_vary", "gzip_comp_level", "gzip_min_length", "gzip_proxied", "gzip_disable", "gzip_http_version", "gzip_buffers", "brotli_comp_level", "brotli_min_length",
        "brotli_buffers", "brotli_window", "proxy_cache_path", "proxy_cache_lock", "proxy_cache_lock_timeout", "proxy_cache_lock_age", "proxy_cache_revalidate",
        "proxy_cache_background_update", "proxy_cache_methods", "proxy_cache_min_uses", "limit_req_zone", "limit_req_status", "limit_req_log_level", "log_format",

        // TLS: the system's present defaults.
        "ssl", "ssl_session_cache", "ssl_session_timeout", "ssl_session_tickets", "ssl_session_ticket_key", "ssl_ciphers", "ssl_prefer_server_ciphers", "ssl_ecdh_curve", "ssl_dhparam",
        "ssl_buffer_size", "ssl_stapling", "ssl_stapling_verify", "ssl_stapling_file", "ssl_trusted_certificate", "ssl_early_data", "ssl_conf_command", "resolver", "resolver_timeout",
        "proxy_ssl_server_name", "proxy_ssl_session_reuse", "proxy_ssl_protocols", "proxy_ssl_ciphers", "proxy_ssl_verify_depth",
    };

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["expires"] = CacheHeaders,
        ["error_log"] = "left out; the program's own log is \"log\": { \"error\": \"FILE\", \"loglevel\": \"warning\" } at the top",
        ["stream"] = "left out; TCP and UDP without HTTP are inbounds of protocol dokodemo-door",
        ["mail"] = "left out; mail goes through an inbound of protocol dokodemo-door",
        ["map"] = "left out; there are no variables of one's own: use sites and paths",
        ["geo"] = "left out; there are no variables of one's own: use \"allow\" and \"deny\"",
        ["split_clients"] = "left out; targets have a \"weight\"",
        ["set"] = "left out; there are no variables of one's own, and only one that has the same plain value everywhere is replaced",
        ["limit_conn"] = Limits,
        ["limit_conn_zone"] = Limits,
        ["limit_rate"] = "left out; there is no limit of bytes a second",
        ["limit_rate_after"] = "left out; there is no limit of bytes a second",
        ["autoindex"] = "left out; folders are not listed",
        ["charset"] = "left out; set \"responseHeaders\": { \"Content-Type\": \"text/html; charset=utf-8\" }, or save files as UTF-8 and say so in them",
        ["add_trailer"] = "left out; targets' trailers are passed on, and none are added",
        ["gzip_static"] = "left out; files are compressed as they are sent",
        ["brotli_static"] = "left out; files are compressed as they are sent",
        ["gunzip"] = "left out; answers are passed on as the target has compressed them",
        ["sub_filter"] = "left out; bodies are not changed: have the target write its links for the public name",
        ["proxy_cookie_path"] = "left out; cookies are passed on as they are: have the target set the path",
        ["proxy_cookie_domain"] = "left out; cookies are passed on as they are: set \"host\": \"$visited\", so that the target knows the public name",
        ["proxy_cookie_flags"] = "left out; cookies are passed on as they are: have the target set the flags",
        ["proxy_intercept_errors"] = "left out; the answers of targets are passed on as they are, errors too",
        ["proxy_bind"] = "left out; name an outbound of protocol freedom with \"sendThrough\" in \"via\"",
        ["proxy_ssl_certificate"] = "left out; targets are not shown a certificate",
        ["proxy_ssl_certificate_key"] = "left out; targets are not shown a certificate",
        ["proxy_ssl_trusted_certificate"] = "left out; \"verify\": true trusts the system's authorities: add yours to them",
        ["proxy_ssl_name"] = "left out; the name in \"to\" is asked for and checked",
        ["proxy_next_upstream_tries"] = "left out; every target is tried once",
        ["proxy_next_upstream_timeout"] = "left out; \"connectTimeout\" bounds each try",
        ["proxy_limit_rate"] = "left out; there is no limit of bytes a second",
        ["health_check"] = "left out; set \"health\": { \"path\": \"/health\", \"interval\": \"10s\" }",
        ["valid_referers"] = "left out; where a request comes from is not asked",
        ["mirror"] = "left out; a request goes to one target",
        ["slice"] = "left out; answers are cached whole",
        ["dav_methods"] = "left out; files are read only",
        ["disable_symlinks"] = "left out; see what the folder links to",
        ["underscores_in_headers"] = "left out; headers with underscores are passed on",
        ["proxy_method"] = "left out; the visitor's method is passed on",
        ["proxy_set_body"] = "left out; bodies are not changed",
        ["proxy_pass_request_headers"] = "left out; headers are passed on, and \"requestHeaders\": { \"NAME\": null } removes one",
        ["ssl_client_certificate"] = "left out; visitors are not asked for certificates",
        ["ssl_crl"] = "left out; visitors are not asked for certificates",
        ["ssl_reject_handshake"] = "left out; the first certificate is shown where none has the name",
        ["ssl_password_file"] = "left out; keys must not be encrypted: \"openssl pkey -in KEY -out NEW\"",
        ["load_module"] = "left out; there are no modules",
        ["lua_package_path"] = Scripts,
        ["init_by_lua_block"] = Scripts,
        ["js_import"] = Scripts,
        ["server"] = "left out; a server stands at the top or in http",
        ["location"] = "left out; a location stands in a server",
        ["upstream"] = "left out; an upstream stands at the top or in http",
        ["if"] = "left out; conditions are not asked here",
        ["real_ip_header"] = "left out; it has no effect without set_real_ip_from",
    };

    /// <summary>One line; null where there is nothing to tell.</summary>
    public static string? For(NginxDirective directive) => directive switch
    {
        { Name: "ssl_protocols" } => directive.Parameters.Any(static version => version is "SSLv2" or "SSLv3" or "TLSv1" or "TLSv1.1") ? "TLS before 1.2 is not spoken any more" : null,
        { Name: "map", First: "$http_upgrade" } => null,
        { Name: "autoindex" or "proxy_intercept_errors" or "gzip_static" or "brotli_static" or "gunzip" or "underscores_in_headers" or "charset" or "expires" or "disable_symlinks", First: "off" } => null,
        { Name: "error_log", First: "/dev/null" } => null,
        _ when NotNeeded.Contains(directive.Name) => null,
        _ => Known.GetValueOrDefault(directive.Name, Default),
    };
}
