namespace Tunnel.Portal.Tests.Web.Import;

/// <summary>Locations one by one: what is in them, and the route that comes out.</summary>
public sealed class RouteTests
{
    [Theory]
    [InlineData("location /a/ { proxy_pass http://h:1/b/; }", """{"path":"/a/","to":"http://h:1/b/"}""")]
    [InlineData("location = /a { proxy_pass http://h; }", """{"path":"= /a","to":"http://h"}""")]
    [InlineData("location ^~ /a { proxy_pass https://h; }", """{"path":"^~ /a","to":"https://h"}""")]
    [InlineData("location ~ ^/a/[0-9]+$ { proxy_pass http://h; }", """{"path":"~ ^/a/[0-9]+$","to":"http://h"}""")]
    [InlineData("location ~* \\.png$ { proxy_pass http://h; }", """{"path":"~* \\.png$","to":"http://h"}""")]
    [InlineData("location ~*\\.png$ { proxy_pass http://h; }", """{"path":"~* \\.png$","to":"http://h"}""")]
    [InlineData("location =/a { return 204; }", """{"path":"= /a","status":204}""")]
    [InlineData("location \"/a b\" { proxy_pass http://h; }", """{"path":"/a b","to":"http://h"}""")]
    public void Kinds_of_location(string location, string expected) => Assert.Equal(expected, Importing.Compact(Importing.Route(location)));

    [Theory]
    [InlineData("proxy_pass http://unix:/run/a.sock;", """{"path":"/","to":"http://unix:/run/a.sock"}""")]
    [InlineData("proxy_pass http://unix:/run/a.sock:/x/;", """{"path":"/","to":"http://unix:/run/a.sock:/x/"}""")]
    [InlineData("proxy_pass http://h:1$request_uri;", """{"path":"/","to":"http://h:1"}""")]
    [InlineData("proxy_pass http://h; limit_except GET POST { deny all; }", """{"path":"/","to":"http://h","methods":["GET","POST"]}""")]
    [InlineData("set $t http://h:1; proxy_pass $t;", """{"path":"/","to":"http://h:1"}""")]
    [InlineData("grpc_pass grpc://h:1;", """{"path":"/","to":"h2c://h:1"}""")]
    [InlineData("grpc_pass h:1;", """{"path":"/","to":"h2c://h:1"}""")]
    [InlineData("proxy_pass http://h; proxy_connect_timeout 5; proxy_read_timeout 7d;", """{"path":"/","to":"http://h","connectTimeout":"5s","answerTimeout":"86400s"}""")]
    [InlineData("proxy_pass https://h; proxy_ssl_verify on; proxy_ssl_server_name on;", """{"path":"/","to":"https://h","verify":true}""")]
    [InlineData("proxy_pass http://h; client_max_body_size 10M;", """{"path":"/","to":"http://h","maxBody":"10m"}""")]
    [InlineData("proxy_pass http://h; client_max_body_size 0;", """{"path":"/","to":"http://h"}""")]
    [InlineData("proxy_pass http://h; gzip on;", """{"path":"/","to":"http://h","compress":true}""")]
    [InlineData("proxy_pass http://h; gzip on; gzip_types text/css text/html;", """{"path":"/","to":"http://h","compress":["text/html","text/css"]}""")]
    [InlineData("rewrite ^/api/(.*)$ /$1 break; proxy_pass http://h;", """{"path":"/","to":"http://h"}""")]
    public void Forwarding(string block, string expected) => Assert.Equal(expected, Importing.Compact(Importing.Route($"location / {{ {block} }}")));

    [Theory]
    [InlineData("Host $http_host", """{"host":"$visited"}""")]
    [InlineData("Host $host", """{"host":"$host"}""")]
    [InlineData("Host $proxy_host", "{}")]
    [InlineData("Host app.example", """{"host":"app.example"}""")]
    [InlineData("Host $server_name", "{}")]
    [InlineData("X-Forwarded-For $proxy_add_x_forwarded_for", "{}")]
    [InlineData("X-Real-IP $remote_addr", "{}")]
    [InlineData("x-forwarded-proto $scheme", "{}")]
    [InlineData("X-Forwarded-Proto https", """{"requestHeaders":{"X-Forwarded-Proto":"https"}}""")]
    [InlineData("Upgrade $http_upgrade", "{}")]
    [InlineData("Connection \"\"", "{}")]
    [InlineData("Accept-Encoding \"\"", """{"requestHeaders":{"Accept-Encoding":null}}""")]
    [InlineData("X-Key \"a b\"", """{"requestHeaders":{"X-Key":"a b"}}""")]
    [InlineData("X-User $http_x_user", "{}")]
    [InlineData("X-User $http_x_other", """{"requestHeaders":{"X-User":"$http_x_other"}}""")]
    [InlineData("X-Url ${scheme}s://$host:$server_port$request_uri", """{"requestHeaders":{"X-Url":"${scheme}s://$host:$server_port$request_uri"}}""")]
    [InlineData("X-Id $request_id", "{}")]
    public void Headers_of_requests(string header, string expected)
    {
        var route = Importing.Route($"location / {{ proxy_pass http://h; proxy_set_header {header}; }}");
        route.Remove("path");
        route.Remove("to");

        Assert.Equal(expected, Importing.Compact(route));
    }

    [Fact]
    public void The_name_of_an_upstream_is_the_host_that_its_servers_see()
    {
        var route = Importing.Route("location / { proxy_pass http://app; }", "upstream app { ip_hash; server 10.0.0.1; server 10.0.0.2:81 weight=2; server unix:/run/x; }");

        Assert.Equal(
            """{"path":"/","to":[{"url":"http://10.0.0.1:80","weight":1},{"url":"http://10.0.0.2:81","weight":2},{"url":"http://unix:/run/x","weight":1}],"host":"app","balance":"hash"}""",
            Importing.Compact(route));
    }

    [Fact]
    public void Targets_may_all_be_dialled_through_a_portal()
    {
        const string Text = "upstream u { server /s; server a; server b; } server { listen 80; location /a { proxy_pass http://u; } location /b { proxy_pass http://unix:/s; } location /c { return 204; } }";

        var result = Portal.Web.Import.NginxImport.Run(MemoryFiles.Main, new MemoryFiles((MemoryFiles.Main, Text)), "home");

        Assert.Equal(
            """[{"path":"/a","to":["http://a:80","http://b:80"],"via":"home","host":"u"},{"path":"/b","to":"http://unix:/s"},{"path":"/c","status":204}]""",
            Importing.Compact(System.Text.Json.Nodes.JsonNode.Parse(result.Json!)!["inbounds"]![0]!["settings"]!["sites"]![0]!["routes"]));
        Assert.Equal(["server", "proxy_pass"], result.Remarks.Select(static remark => remark.Directive));
    }

    [Fact]
    public void Headers_are_inherited_as_a_whole()
    {
        const string Http = "proxy_set_header Host $http_host; proxy_set_header X-A a; add_header X-B b;";

        Assert.Equal(
            """{"path":"/","to":"http://h","host":"$visited","requestHeaders":{"X-A":"a"},"responseHeaders":{"X-B":"b"}}""",
            Importing.Compact(Importing.Route("location / { proxy_pass http://h; }", Http)));
        Assert.Equal(
            """{"path":"/","to":"http://h","requestHeaders":{"X-C":"c"},"responseHeaders":{"X-D":"d"}}""",
            Importing.Compact(Importing.Route("location / { proxy_pass http://h; proxy_set_header X-C c; add_header X-D d always; }", Http)));
    }

    [Theory]
    [InlineData("root /w;", """{"path":"/a/","root":"/w"}""")]
    [InlineData("root /w; index index.htm index.html;", """{"path":"/a/","root":"/w","index":["index.htm","index.html"]}""")]
    [InlineData("root /w; index index.php index.html;", """{"path":"/a/","root":"/w"}""")]
    [InlineData("root /w; try_files $uri $uri/ =404;", """{"path":"/a/","root":"/w"}""")]
    [InlineData("root /w; try_files $uri /index.html;", """{"path":"/a/","root":"/w","tryFiles":["$uri","/index.html"]}""")]
    [InlineData("root /w; try_files $uri $uri.html /index.php?$args;", """{"path":"/a/","root":"/w","tryFiles":["$uri","$uri.html","=404"]}""")]
    [InlineData("alias /srv/a/;", """{"path":"/a/","root":"/srv"}""")]
    [InlineData("alias /srv/b/;", """{"path":"/a/","status":501,"answer":"This location was not translated from nginx."}""")]
    [InlineData("root $document_root;", """{"path":"/a/","status":501,"answer":"This location was not translated from nginx."}""")]
    public void Files(string block, string expected) => Assert.Equal(expected, Importing.Compact(Importing.Route($"location /a/ {{ {block} }}")));

    [Theory]
    [InlineData("return 301 https://other.example$request_uri;", """{"path":"/","redirect":"https://other.example$request_uri"}""")]
    [InlineData("return https://other.example$uri$is_args$args;", """{"path":"/","redirect":"https://other.example$request_uri","status":302}""")]
    [InlineData("return 308 /new/;", """{"path":"/","redirect":"/new/","status":308}""")]
    [InlineData("return 200 'I am $host';", """{"path":"/","status":200,"answer":"I am $host"}""")]
    [InlineData("default_type application/json; return 200 '{}';", """{"path":"/","status":200,"answer":"{}","responseHeaders":{"Content-Type":"application/json"}}""")]
    [InlineData("return 444;", """{"path":"/","status":403}""")]
    [InlineData("rewrite ^ https://other.example$request_uri? permanent;", """{"path":"/","redirect":"https://other.example$request_uri"}""")]
    [InlineData("rewrite ^/(.*)$ https://other.example/$1 redirect;", """{"path":"/","redirect":"https://other.example$request_uri","status":302}""")]
    [InlineData("rewrite ^(.*) https://other.example$1? permanent;", """{"path":"/","redirect":"https://other.example$uri"}""")]
    [InlineData("return 301 https://$unknown/;", """{"path":"/","status":501,"answer":"This location was not translated from nginx."}""")]
    public void Answers(string block, string expected) => Assert.Equal(expected, Importing.Compact(Importing.Route($"location / {{ {block} }}")));

    [Fact]
    public void Groups_of_a_regexp_are_known_in_its_redirect() => Assert.Equal(
        """{"path":"~ ^/old/(.*)$","redirect":"/new/$1"}""", Importing.Compact(Importing.Route("location ~ ^/old/(.*)$ { return 301 /new/$1; }")));

    [Fact]
    public void A_rewrite_that_redirects_some_paths_is_a_route_of_its_own()
    {
        var routes = Importing.Json("server { listen 80; rewrite ^/old$ /new permanent; rewrite ^/a/(.*)$ /b/$1 redirect; location / { proxy_pass http://h; } }")
            ["inbounds"]![0]!["settings"]!["sites"]![0]!["routes"];

        Assert.Equal(
            """[{"path":"= /old","redirect":"/new$is_args$args"},{"path":"~ ^/a/(.*)$","redirect":"/b/$1$is_args$args","status":302},{"path":"/","to":"http://h"}]""",
            Importing.Compact(routes));
    }

    [Theory]
    [InlineData("/api/", "^/api/(.*)$", "/$1", """[{"path":"/api/","to":"http://h/"}]""")]
    [InlineData("/api/", "^/api/(.*)", "/v1/$1", """[{"path":"/api/","to":"http://h/v1/"}]""")]
    [InlineData("/api", "^/api/(.*)$", "/$1", """[{"path":"/api/","to":"http://h/"},{"path":"/api","to":"http://h"}]""")]
    [InlineData("/api", "^/api(/.*)$", "$1", """[{"path":"/api/","to":"http://h/"},{"path":"/api","to":"http://h"}]""")]
    [InlineData("/api/", "^/api/(\\d+)$", "/$1", """[{"path":"/api/","to":"http://h"}]""")]
    public void A_rewrite_that_cuts_a_prefix_becomes_the_uri_of_the_target(string location, string pattern, string replacement, string expected)
    {
        var routes = Importing.Json($"server {{ listen 80; location {location} {{ rewrite {pattern} {replacement} break; proxy_pass http://h; }} }}")
            ["inbounds"]![0]!["settings"]!["sites"]![0]!["routes"];

        Assert.Equal(expected, Importing.Compact(routes));
    }

    [Theory]
    [InlineData("limit_req zone=a burst=5;", """{"perSecond":10,"burst":5}""")]
    [InlineData("limit_req zone=b nodelay;", """{"perSecond":0.5,"burst":0}""")]
    [InlineData("limit_req zone=c;", "null")]
    [InlineData("limit_req zone=a; limit_req zone=b;", """{"perSecond":0.5,"burst":0}""")]
    public void Rates(string block, string expected) => Assert.Equal(
        expected,
        Importing.Compact(Importing.Route(
            $"location / {{ proxy_pass http://h; {block} }}",
            "limit_req_zone $binary_remote_addr zone=a:10m rate=10r/s; limit_req_zone $remote_addr zone=b:1m rate=30r/m; limit_req_zone $server_name zone=c:1m rate=1r/s;")["rate"]));

    [Theory]
    [InlineData("proxy_cache z;", """{"size":"64m","staleIfError":"0s"}""")]
    [InlineData("proxy_cache z; proxy_cache_valid 10m; proxy_cache_use_stale error;", """{"size":"64m","staleIfError":"3600s","defaultFor":"600s"}""")]
    [InlineData("proxy_cache small; proxy_cache_valid 404 1m;", """{"size":"32m","staleIfError":"0s"}""")]
    [InlineData("proxy_cache off;", "null")]
    [InlineData("proxy_cache z; proxy_no_cache $cookie_session;", "null")]
    public void Caches(string block, string expected) => Assert.Equal(
        expected,
        Importing.Compact(Importing.Route(
            $"location / {{ proxy_pass http://h; {block} }}",
            "proxy_cache_path /c keys_zone=z:10m max_size=10g inactive=1h; proxy_cache_path /d keys_zone=small:1m max_size=32m;")["cache"]));
}
