using System.Text.Json.Nodes;

namespace Tunnel.Portal.Tests.Web.Import;

/// <summary>Servers, their names and addresses, and what several of them share.</summary>
public sealed class SiteTests
{
    private const string Route = "\"routes\":[{\"path\":\"/\",\"to\":\"http://h\"}]";
    private const string Content = "location / { proxy_pass http://h; }";

    [Theory]
    [InlineData("a.example B.example", """["a.example","b.example"]""")]
    [InlineData("*.a.example", """["*.a.example"]""")]
    [InlineData(".a.example", """["a.example","*.a.example"]""")]
    [InlineData("192.168.101.76", """["192.168.101.76"]""")]
    [InlineData("[::1]", """["[::1]"]""")]
    [InlineData("_", "null")]
    [InlineData("\"\"", "null")]
    [InlineData("a.example ~^www www.*", """["a.example"]""")]
    public void Names(string names, string expected) => Assert.Equal(
        expected, Importing.Compact(Sites($"server {{ listen 80; server_name {names}; {Content} }}")[0]!["hosts"]));

    [Theory]
    [InlineData("", "0.0.0.0", "80")]
    [InlineData("listen 8080;", "0.0.0.0", "8080")]
    [InlineData("listen *:8080;", "0.0.0.0", "8080")]
    [InlineData("listen 127.0.0.1:8080;", "127.0.0.1", "8080")]
    [InlineData("listen 127.0.0.1;", "127.0.0.1", "80")]
    [InlineData("listen localhost:8080;", "127.0.0.1", "8080")]
    [InlineData("listen [::]:8080;", "::", "8080")]
    [InlineData("listen [::1]:8080 ipv6only=on backlog=511;", "::1", "8080")]
    [InlineData("listen 8000-8010;", "0.0.0.0", "\"8000-8010\"")]
    [InlineData("listen unix:/run/web.sock;", "/run/web.sock", "null")]
    public void Addresses(string listen, string address, string port)
    {
        var inbound = Inbounds($"server {{ {listen} {Content} }}").Single()!;

        Assert.Equal(address, (string?)inbound["listen"]);
        Assert.Equal(port, Importing.Compact(inbound["port"]));
    }

    [Fact]
    public void Servers_of_one_address_are_sites_of_one_inbound()
    {
        var inbounds = Inbounds($"server {{ listen 80; server_name a; {Content} }} server {{ listen 80; listen 81; server_name b; {Content} }}");

        Assert.Equal(["web-80", "web-81"], inbounds.Select(static inbound => (string?)inbound!["tag"]));
        Assert.Equal([2, 1], inbounds.Select(static inbound => inbound!["settings"]!["sites"]!.AsArray().Count));
    }

    [Fact]
    public void IPv4_and_IPv6_of_one_port_are_one_listener()
    {
        var inbound = Inbounds($"server {{ listen 80; listen [::]:80; server_name a; {Content} }} server {{ listen 80; server_name b; {Content} }}").Single()!;

        Assert.Equal("::", (string?)inbound["listen"]);
        Assert.Equal(2, inbound["settings"]!["sites"]!.AsArray().Count);
    }

    [Fact]
    public void What_nginx_shows_on_one_address_only_is_not_shown_on_all()
    {
        const string Text = $"server {{ listen 80; {Content} }} server {{ listen 127.0.0.1:80; server_name status; {Content} }}";

        Assert.Equal("0.0.0.0", (string?)Inbounds(Text).Single()!["listen"]);
        Assert.DoesNotContain("status", Importing.Run(Text).Json, StringComparison.Ordinal);
        Assert.Contains(Importing.Remarks(Text), static remark => remark.StartsWith("1 listen: left out", StringComparison.Ordinal));
    }

    [Fact]
    public void The_default_server_is_the_default_site()
    {
        var sites = Sites($"server {{ listen 80; server_name a; {Content} }} server {{ listen 80 default_server; server_name b; {Content} }}");

        Assert.Equal($$"""[{"hosts":["a"],{{Route}}},{"hosts":["b","_"],{{Route}}}]""", Importing.Compact(sites));
    }

    [Fact]
    public void Without_one_the_first_is()
    {
        const string Text = $"server {{ listen 80; server_name _; return 404; }} server {{ listen 80; server_name a; {Content} }} server {{ listen 80; server_name _; {Content} }}";

        Assert.Equal($$"""[{"routes":[{"path":"/","status":404}]},{"hosts":["a"],{{Route}}}]""", Importing.Compact(Sites(Text)));
        Assert.Contains(Importing.Remarks(Text), static remark => remark.Contains("never chooses it", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_belongs_to_the_first_server_that_has_it()
    {
        const string Text = $"server {{ listen 80; server_name a b; {Content} }} server {{ listen 80; server_name b c; {Content} }}";

        Assert.Equal("""[["a","b"],["c"]]""", Importing.Compact(new JsonArray([.. Sites(Text).Select(static site => site!["hosts"]!.DeepClone())])));
        Assert.Contains(Importing.Remarks(Text), static remark => remark.Contains("has the name b already", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("return 301 https://$host$request_uri;", "true")]
    [InlineData("return 301 https://$server_name$request_uri;", "true")]
    [InlineData("return 301 https://a.example$request_uri;", "true")]
    [InlineData("return 308 https://$host:8443$request_uri;", "8443")]
    [InlineData("rewrite ^ https://$host$request_uri? permanent;", "true")]
    [InlineData("rewrite ^/(.*)$ https://$host/$1 permanent;", "true")]
    [InlineData("if ($scheme = http) { return 301 https://$host$request_uri; } location / { proxy_pass http://h; }", "true")]
    [InlineData("if ($scheme != \"https\") { return 301 https://$host$request_uri; } location / { proxy_pass http://h; }", "true")]
    [InlineData("if ($host = a.example) { return 301 https://$host$request_uri; } return 404;", "true")]
    [InlineData("return 301 https://b.example$request_uri;", "null")]
    [InlineData("return 302 https://$host$request_uri;", "null")]
    [InlineData("location / { return 301 https://$host$request_uri; }", "null")]
    public void To_https(string block, string expected)
    {
        var site = Sites($"server {{ listen 80; server_name a.example; {block} }}")[0]!;

        Assert.Equal(expected, Importing.Compact(site["redirectToHttps"]));
        Assert.Equal(expected == "null", site["routes"] is not null);
    }

    [Fact]
    public void With_TLS_it_would_be_a_circle()
    {
        const string Text = "server { listen 443 ssl; listen 80; server_name a; ssl_certificate /c; ssl_certificate_key /k; if ($scheme = http) { return 301 https://$host$request_uri; } location / { proxy_pass http://h; } }";
        var inbounds = Inbounds(Text);

        Assert.Equal($$"""{"hosts":["a"],{{Route}}}""", Importing.Compact(inbounds[0]!["settings"]!["sites"]![0]));
        Assert.Equal("""{"hosts":["a"],"redirectToHttps":true}""", Importing.Compact(inbounds[1]!["settings"]!["sites"]![0]));
        Assert.Equal("""{"security":"tls","tlsSettings":{"certificates":[{"certificateFile":"/c","keyFile":"/k"}]}}""", Importing.Compact(inbounds[0]!["streamSettings"]));
        Assert.Empty(Importing.Remarks(Text));
    }

    [Fact]
    public void A_server_that_redirects_one_of_its_names_is_two_sites()
    {
        var sites = Sites($"server {{ listen 80; server_name a www.a; if ($host = www.a) {{ return 301 http://a$request_uri; }} {Content} }}");

        Assert.Equal($$"""[{"hosts":["www.a"],"routes":[{"path":"/","redirect":"http://a$request_uri"}]},{"hosts":["a","_"],{{Route}}}]""", Importing.Compact(sites));
    }

    [Fact]
    public void The_certificates_of_all_servers_are_the_inbounds_the_defaults_first()
    {
        var stream = Inbounds(
            $"ssl_certificate /c1; ssl_certificate_key /k1; server {{ listen 443 ssl; server_name a; {Content} }} "
            + $"server {{ listen 443 ssl default_server; server_name b; ssl_certificate rel.pem; ssl_certificate_key rel.key; {Content} }}")[0]!["streamSettings"]!;

        Assert.Equal(
            """[{"certificateFile":"/etc/nginx/rel.pem","keyFile":"/etc/nginx/rel.key"},{"certificateFile":"/c1","keyFile":"/k1"}]""",
            Importing.Compact(stream["tlsSettings"]!["certificates"]));
    }

    [Fact]
    public void Proxies_in_front_are_those_that_nginx_trusts()
    {
        var byHeader = Inbounds($"server {{ listen 80; set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; {Content} }}")[0]!;
        var byProtocol = Inbounds($"server {{ listen 80 proxy_protocol; set_real_ip_from 10.0.0.1; real_ip_header proxy_protocol; {Content} }}")[0]!;

        Assert.Equal("""["10.0.0.0/8"]""", Importing.Compact(byHeader["settings"]!["trustedProxies"]));
        Assert.Equal("""{"sockopt":{"acceptProxyProtocol":true,"trustedProxies":["10.0.0.1"]}}""", Importing.Compact(byProtocol["streamSettings"]));
        Assert.Null(byProtocol["settings"]!["trustedProxies"]);
    }

    [Theory]
    [InlineData("access_log /var/log/a.log;", """{"file":"/var/log/a.log","format":"combined"}""")]
    [InlineData("access_log /var/log/a.log combined buffer=32k;", """{"file":"/var/log/a.log","format":"combined"}""")]
    [InlineData("access_log /var/log/a.log j;", """{"file":"/var/log/a.log","format":"json"}""")]
    [InlineData("access_log off;", "null")]
    [InlineData("access_log syslog:server=10.0.0.1;", "null")]
    public void Access_logs(string log, string expected) => Assert.Equal(
        expected, Importing.Compact(Inbounds($"log_format j escape=json '{{\"a\":1}}'; server {{ listen 80; {log} {Content} }}")[0]!["settings"]!["accessLog"]));

    [Fact]
    public void Error_pages_are_files_that_are_there()
    {
        const string Text = $"server {{ listen 80; root /w; error_page 502 503 /50x.html; error_page 404 /404.html; error_page 403 =200 /x; {Content} }}";
        var result = NginxImportOf(Text, ("/w/50x.html", "sorry"));

        Assert.Equal("""{"502":"/w/50x.html","503":"/w/50x.html"}""", Importing.Compact(JsonNode.Parse(result.Json!)!["inbounds"]![0]!["settings"]!["errorPages"]));
        Assert.Equal(2, result.Remarks.Count(static remark => remark.Directive == "error_page"));
    }

    [Fact]
    public void A_server_without_locations_serves_its_root() => Assert.Equal(
        """[{"routes":[{"path":"/","root":"/w"}]}]""", Importing.Compact(Sites("server { listen 80; root /w; }")));

    [Fact]
    public void Nested_locations_are_routes_beside_their_parents() => Assert.Equal(
        """[{"path":"/a/","to":"http://h","responseHeaders":{"X-A":"a"}},{"path":"/a/b/","root":"/w","responseHeaders":{"X-A":"a"}}]""",
        Importing.Compact(Sites("server { listen 80; location /a/ { add_header X-A a; proxy_pass http://h; location /a/b/ { root /w; } } }")[0]!["routes"]));

    private static JsonArray Inbounds(string text) => Importing.Json(text)["inbounds"]!.AsArray();

    private static JsonArray Sites(string text) => Inbounds(text).Single()!["settings"]!["sites"]!.AsArray();

    private static Portal.Web.Import.ImportResult NginxImportOf(string text, params (string Path, string Text)[] others) =>
        Portal.Web.Import.NginxImport.Run(MemoryFiles.Main, new MemoryFiles([(MemoryFiles.Main, text), .. others]));
}
