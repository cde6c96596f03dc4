using System.Net;
using System.Text;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Sniffing;

/// <summary>Three sites with certificates of their own, each behind a bridge of its own, share one public port.</summary>
public sealed class ThreeSitesTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly string[] Names = ["red.example", "green.example", "blue.example"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly List<TlsSite> _sites = [];
    private IPEndPoint _public = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        var keys = Names.Select(_ => TestKey.New()).ToArray();
        var elsewhere = Own(TcpTargets.Named("elsewhere"));
        var plain = Own(TcpTargets.Named("plain"));
        var state = Files.MakeDirectory("state-portal");
        var process = Run("portal", ProgramFiles.Portal, ["run", "-c", WriteConfiguration("portal", Portal(keys, elsewhere.Address, plain.Address))], state);
        var portal = await ReadyAsync(process, Domain, keys[0], state);
        _public = portal.Public;
        for (var i = 0; i < Names.Length; i++)
        {
            _sites.Add(Own(new TlsSite(Names[i])));
            StartBridge(keys[i], _sites[i].Address, [portal.Interconnect], VirtualDomain(i), $"bridge of {Names[i]}");
        }

        await Eventually.HoldsAsync(
            () => Names.Select((_, i) => $"bridge connected: {VirtualDomain(i)}").All(text => portal.Log.Text().Contains(text, StringComparison.Ordinal)),
            Limit,
            () => "not all bridges are there");
    }

    [Fact]
    public async Task Each_name_leads_to_its_site_and_an_unknown_one_where_its_protocol_says()
    {
        foreach (var site in _sites)
        {
            await VisitedAsync(async () => site.Answered(await TlsSite.VisitAsync(_public, site.Name)), site.Name);
            await VisitedAsync(async () => site.Answered(await TlsSite.VisitAsync(_public, "www." + site.Name)), "www." + site.Name);
        }

        Assert.Null(await TlsSite.VisitAsync(_public, "yellow.example"));
        await VisitedAsync(
            async () => await Visitor.AskAsync(_public, "GET / HTTP/1.1\r\nHost: yellow.example\r\n\r\n") == "plain", "yellow.example");

        // Nothing is said, so the rules have no name either.
        Assert.Equal("elsewhere", await Visitor.AskAsync(_public, string.Empty));
    }

    [PeerFact("curl", "openssl")]
    public async Task Curl_and_openssl_see_each_sites_own_certificate()
    {
        foreach (var site in _sites)
        {
            var authority = Files.Write(site.Name + ".pem", site.Pem);
            await VisitedAsync(
                async () =>
                {
                    var result = await RunToEndAsync(
                        "curl", "-sS", "--noproxy", "*", "--cacert", authority, "--resolve", $"{site.Name}:{_public.Port}:127.0.0.1", $"https://{site.Name}:{_public.Port}/");
                    return result.ExitCode == 0 && result.ToString().Contains($"this is {site.Name}", StringComparison.Ordinal);
                },
                "curl " + site.Name);
            await VisitedAsync(
                async () =>
                {
                    var result = await Tool.RunAsync(
                        "openssl",
                        ["s_client", "-connect", _public.ToString(), "-servername", site.Name, "-CAfile", authority, "-verify_return_error", "-ign_eof"],
                        Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"));
                    return result.ExitCode == 0 && result.ToString().Contains(site.Pem.Split('\n')[2], StringComparison.Ordinal)
                        && result.ToString().Contains($"this is {site.Name}", StringComparison.Ordinal);
                },
                "openssl " + site.Name);
        }
    }

    /// <summary>On a busy machine a visitor may be later with its first bytes than sniffing waits.</summary>
    private static Task VisitedAsync(Func<Task<bool>> visit, string what) => Eventually.HoldsAsync(visit, Limit, () => $"no good answer: {what}");

    private static string VirtualDomain(int i) => $"bridge-{i}.internal";

    private static string Portal(string[] keys, string elsewhere, string plain)
    {
        var indices = Enumerable.Range(0, keys.Length).ToArray();
        return $$"""
        {
          "inbounds": [
            {
              "tag": "public", "listen": "127.0.0.1", "port": 0, "protocol": "dokodemo-door", "settings": { "address": "127.0.0.1", "port": 443 },
              "sniffing": { "enabled": true, "destOverride": [ "tls", "http" ] }
            },
            {
              "tag": "interconnect", "listen": "127.0.0.1", "port": 0, "protocol": "tunnel",
              "settings": { "clients": [ {{Join(i => $$"""{ "key": "{{keys[i]}}", "domains": [ "{{VirtualDomain(i)}}" ] }""")}} ] },
              "streamSettings": { "security": "tls" }
            }
          ],
          "outbounds": [
            { "tag": "elsewhere", "protocol": "freedom", "settings": { "redirect": "{{elsewhere}}" } },
            { "tag": "plain", "protocol": "freedom", "settings": { "redirect": "{{plain}}" } }
          ],
          "reverse": { "portals": [ {{Join(i => $$"""{ "tag": "portal-{{i}}", "domain": "{{VirtualDomain(i)}}" }""")}} ] },
          "routing": {
            "rules": [
              {{Join(i => $$"""{ "type": "field", "inboundTag": [ "interconnect" ], "domain": [ "full:{{VirtualDomain(i)}}" ], "outboundTag": "portal-{{i}}" }""")}},
              {{Join(i => $$"""{ "type": "field", "inboundTag": [ "public" ], "domain": [ "domain:{{Names[i]}}" ], "outboundTag": "portal-{{i}}" }""")}},
              { "type": "field", "inboundTag": [ "public" ], "protocol": [ "http1" ], "outboundTag": "plain" }
            ]
          }
        }
        """;

        string Join(Func<int, string> item) => string.Join(",\n", indices.Select(item));
    }
}
