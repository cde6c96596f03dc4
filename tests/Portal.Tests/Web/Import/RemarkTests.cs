using Tunnel.Portal.Web.Import;

namespace Tunnel.Portal.Tests.Web.Import;

/// <summary>What is not translated is told with its place, and what nginx kept closed stays closed.</summary>
public sealed class RemarkTests
{
    [Theory]
    [InlineData("expires 30d;", "2 expires: left out; set \"responseHeaders\"")]
    [InlineData("error_log /var/log/e.log;", "2 error_log: left out; the program's own log")]
    [InlineData("no_such_directive a b;", "2 no_such_directive: left out; nothing here corresponds to it")]
    [InlineData("no_such_block a { listen 80; }", "2 no_such_block: left out; nothing here corresponds to it")]
    [InlineData("limit_conn a 10;", "2 limit_conn: left out; \"rate\" bounds")]
    [InlineData("set $a $b;", "2 set: left out; there are no variables")]
    [InlineData("sub_filter a b;", "2 sub_filter: left out; bodies")]
    [InlineData("ssl_protocols TLSv1 TLSv1.2;", "2 ssl_protocols: TLS before 1.2")]
    [InlineData("proxy_redirect http://a/ /;", "2 proxy_redirect: left out; a target's redirect to itself")]
    [InlineData("proxy_set_header X $request_id;", "2 proxy_set_header: there is no variable $request_id here")]
    [InlineData("rewrite ^/a /b last;", "2 rewrite: paths are changed only")]
    [InlineData("if ($a) { set $b c; }", "2 if: conditions are not asked here; what is in it")]
    [InlineData("try_files $uri =404;", "2 try_files: left out beside proxy_pass")]
    [InlineData("location ~ x { root /w; }", "2 location: a regexp within a location")]
    public void What_is_left_out_is_told(string directive, string expected)
    {
        var remarks = Importing.Remarks($"server {{ listen 80; location / {{ proxy_pass http://h;\n{directive}\n}} }}");

        Assert.StartsWith(expected, Assert.Single(remarks), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("proxy_http_version 1.1; proxy_redirect off; proxy_buffering off; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;")]
    [InlineData("gzip_vary on; gzip_comp_level 6; sendfile on; tcp_nopush on; keepalive_timeout 65; server_tokens off; autoindex off; expires off;")]
    public void What_nobody_needs_is_not(string directives) =>
        Assert.Empty(Importing.Remarks($"events {{ worker_connections 1; }} http {{ types {{ text/html html; }} map $http_upgrade $connection_upgrade {{ default upgrade; }} server {{ listen 80; location / {{ proxy_pass http://h; {directives} }} }} }}"));

    [Theory]
    [InlineData("auth_basic x; auth_basic_user_file /etc/nginx/.htpasswd;")]
    [InlineData("auth_request /auth;")]
    [InlineData("ssl_verify_client on;")]
    [InlineData("limit_except GET { allow 10.0.0.1; deny all; }")]
    [InlineData("if ($http_x_key != secret) { return 403; }")]
    [InlineData("if ($a) { if ($b) { return 444; } }")]
    [InlineData("allow unix:; deny all;")]
    public void What_was_guarded_is_closed(string guard)
    {
        var text = $"server {{ listen 80; location / {{ {guard} allow 10.0.0.0/8; proxy_pass http://h; }} }}";

        Assert.Equal("""["all"]""", Importing.Compact(Importing.Route($"location / {{ {guard} proxy_pass http://h; }}")["deny"]));
        Assert.Null(Importing.Route($"location / {{ {guard} allow 10.0.0.0/8; proxy_pass http://h; }}")["allow"]);
        Assert.Contains(Importing.Remarks(text), static remark => remark.Contains("nobody is let in", StringComparison.Ordinal));
    }

    [Fact]
    public void A_guard_of_the_server_closes_all_of_it()
    {
        var sites = Importing.Json("server { listen 80; if ($bad) { return 403; } location /a { proxy_pass http://h; } location /b { root /w; } }")["inbounds"]![0]!["settings"]!["sites"]!;

        Assert.All(sites[0]!["routes"]!.AsArray(), static route => Assert.Equal("""["all"]""", Importing.Compact(route!["deny"])));
    }

    [Theory]
    [InlineData("fastcgi_pass unix:/run/php.sock;")]
    [InlineData("uwsgi_pass 127.0.0.1:3031;")]
    [InlineData("proxy_pass http://$backend;")]
    [InlineData("proxy_pass http://empty;")]
    [InlineData("stub_status;")]
    [InlineData("alias /srv/elsewhere;")]
    public void What_cannot_answer_is_closed_and_does_not_go_elsewhere(string handler)
    {
        const string Others = "upstream empty { server 10.0.0.1 down; } server { listen 80; location / { root /w; } location ~ \\.php$ {";
        var route = Importing.Json($"{Others} {handler} }} }}")["inbounds"]![0]!["settings"]!["sites"]![0]!["routes"]![1]!;

        Assert.Equal("""{"path":"~ \\.php$","status":501,"answer":"This location was not translated from nginx."}""", Importing.Compact(route));
        Assert.Contains(Importing.Remarks($"{Others}\n{handler} }} }}"), static remark => remark.StartsWith("2 ", StringComparison.Ordinal) && remark.Contains("answers 501", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_of_a_parameter_is_repeated_that_could_be_a_secret()
    {
        var remarks = Importing.Remarks("server { listen 80; location / { proxy_pass http://h; secure_link_secret hunter2; proxy_set_header Authorization \"hunter2 $request_id\"; no_such hunter2; } }");

        Assert.Equal(3, remarks.Count);
        Assert.DoesNotContain(remarks, static remark => remark.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_remark_is_one_line_whatever_the_file_holds()
    {
        var remarks = Importing.Run("\"a\nb\u001b[31m\" c; server { listen 80; server_name \"~x\ny\"; root /w; }").Remarks;

        Assert.Equal(2, remarks.Length);
        Assert.All(remarks, static remark => Assert.DoesNotContain(remark.ToString(), char.IsControl));
    }

    [Fact]
    public void What_is_included_twice_is_told_once()
    {
        var files = new MemoryFiles(
            (MemoryFiles.Main, "server { listen 80; location /a { include x; } location /b { include x; } }"), ("/etc/nginx/x", "proxy_pass http://h; expires 1d;"));

        Assert.Equal("/etc/nginx/x:1: expires", string.Join(':', Assert.Single(NginxImport.Run(MemoryFiles.Main, files).Remarks).ToString().Split(':')[..3]));
    }

    [Fact]
    public void What_nothing_reaches_is_told_as_such()
    {
        Assert.Equal(
            ["1 location: the server's own return comes first, so nothing comes here"],
            Importing.Remarks("server { listen 80; return 301 https://$host$request_uri; location /a { expires 1d; } }"));
        Assert.Equal(
            ["1 upstream: no location forwards to this upstream", "1 location: nothing that is translated refers to this location"],
            Importing.Remarks("upstream a { server h; } server { listen 80; location / { proxy_pass http://h; } location @b { proxy_pass http://a; } }"));
    }

    [Fact]
    public void A_file_without_a_server_is_told()
    {
        var result = Importing.Run("worker_processes 1;");

        Assert.Equal("""{"inbounds":[]}""", Importing.Compact(System.Text.Json.Nodes.JsonNode.Parse(result.Json!)));
        Assert.Equal("/etc/nginx/nginx.conf:1: server: there is none in this file", Assert.Single(result.Remarks).ToString());
    }

    [Fact]
    public void Port_443_without_ssl_is_plain() =>
        Assert.StartsWith("1 listen: without 'ssl' nginx speaks plain HTTP on port 443", Assert.Single(Importing.Remarks("server { listen 443; root /w; }")), StringComparison.Ordinal);
}
