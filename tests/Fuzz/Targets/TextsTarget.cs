using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Shared.VMess;

namespace Tunnel.Fuzz.Targets;

/// <summary>Small texts of configurations and command lines. Whatever was read is written so that it is read again.</summary>
internal static class TextsTarget
{
    private const string Uuid = "b831381d-6324-4d53-ad4f-8cda48b30811";

    private static readonly byte[][] Hosts = Texts.Utf8("target.example:443", "[2001:db8::1]:80", "127.0.0.1:0", ":8080", "8080", "unix:/run/a.sock", "@name", "udp://0.0.0.0:53", "localhost:1", "[::ffff:1.2.3.4]:5");

    public static FuzzTarget Create() => new("texts", "keys, join strings, ids, hosts, ports, CIDR blocks, durations, patterns, endpoints",
    [
        new FuzzCase("key", RunKey) { Seeds = Texts.Utf8(FixedKey.Text, "0123456789.AAAAAAAAAAAAAAAAAAAAAA"), MaxLength = 300 },
        new FuzzCase("join", RunJoin)
        {
            Seeds = Texts.Utf8($"tunnel://{FixedKey.Text}@portal.example:7000/home.example", "tunnel://env:NAME@[::1]:1", "tunnel://file:%2Fetc%2Fkey@h:2/", "tunnel://h:0"),
            Words = Texts.Utf8("tunnel://", "@", "%", "%00", "%2F", "%40", "/", "env:", "file:"),
            MaxLength = 600,
        },
        new FuzzCase("vmess-id", RunVMessId) { Seeds = Texts.Utf8(Uuid, Uuid.Replace("-", string.Empty, StringComparison.Ordinal)), MaxLength = 80 },
        new FuzzCase("host", RunHost) { Seeds = Hosts, MaxLength = 400 },
        new FuzzCase("listen", RunListen) { Seeds = Hosts, MaxLength = 400 },
        new FuzzCase("redirect", RunRedirect) { Seeds = Hosts, MaxLength = 400 },
        new FuzzCase("ports", RunPorts) { Seeds = Texts.Utf8("80", "1-65535", "0-0", " 5 - 6 ", "65536"), MaxLength = 40 },
        new FuzzCase("cidr", RunCidr) { Seeds = Texts.Utf8("10.0.0.0/8", "2001:db8::/32", "::ffff:1.2.3.4/120", "1.2.3.4", "::/0", "fe80::1%eth0/64"), MaxLength = 80 },
        new FuzzCase("duration", RunDuration) { Seeds = Texts.Utf8("10s", "1m30s", "250ms", "1.5h", "5µs", "99999999h"), Words = Texts.Utf8("h", "m", "s", "ms", "ns", "."), MaxLength = 80 },
        new FuzzCase("pattern", RunPattern)
        {
            Seeds = Texts.Utf8("full:home.example", "domain:example", "keyword:x", "regexp:^a(?P<n>b+)$", "dotless:a", "plain"),
            Words = Texts.Utf8("regexp:", "(", ")*", "[^", "\\p{L}", "{1,1000}", "(?i)", "|", "\\b"),
            MaxLength = 200,
            AllocationBase = 4 * 1024 * 1024,
            AllocationPerByte = 64 * 1024,
        },
        new FuzzCase("mask", RunMask) { Seeds = Texts.Utf8($"tunnel://{FixedKey.Text}@h:1", $"the key {FixedKey.Text} is wrong", "pass: x"), MaxLength = 1000 },
    ]);

    private static void RunKey(byte[] bytes, Observations observations)
    {
        var text = Texts.Of(bytes);
        var isKey = InterconnectKey.TryParse(text, out var key, out var error);
        observations.Note(error);
        PropertyException.Require(isKey == (error is null), "what is no key says why");
        PropertyException.Require(key is null || (InterconnectKey.TryParse(key.Export(), out var again, out _) && again.Secret.SequenceEqual(key.Secret)), "a key that was read is read again");
    }

    private static void RunJoin(byte[] bytes, Observations observations)
    {
        var isJoin = JoinString.TryParse(Texts.Of(bytes), out var join, out var error);
        observations.Note(error);
        PropertyException.Require(isJoin == (error is null), "what is no join string says why");
        if (join is not null)
        {
            PropertyException.Require(JoinString.TryParse(join.Export(), out var again, out _) && again == join, "a join string that was read is read again");
            PropertyException.Require(join.Key is null || !InterconnectKey.TryParse(join.Key, out var key, out _) || !join.ToString().Contains(key.Export(), StringComparison.Ordinal), "a key is masked");
            observations.Note(join.Key is not null);
            observations.Note(join.Domain is not null);
        }
    }

    private static void RunVMessId(byte[] bytes, Observations observations)
    {
        var text = Texts.Of(bytes);
        var isId = VMessId.TryParse(text, out var id);
        var isUser = VMessUserId.TryParse(text, out var user, out var used);
        observations.Note(isId);
        observations.Note(isUser);
        PropertyException.Require(used <= text.Length, "nothing is read behind the end");
        PropertyException.Require(!isUser || (VMessUserId.TryParse(user.Export(), out var again, out _) && again == user), "an id that was read is read again");
        PropertyException.Require(id is null || (VMessId.TryParse(id.Reveal(), out var same) && id.Equals(same)), "an id that was read is read again");
        PropertyException.Require(!isId || (isUser && user.ToBytes().AsSpan().SequenceEqual(id!.Bytes)), "both readers of ids agree");
    }

    private static void RunHost(byte[] bytes, Observations observations)
    {
        var text = Texts.Of(bytes);
        var isHost = HostText.IsHost(text);
        observations.Note(isHost);
        observations.Note(HostText.TryParseAddress(text, out _));
        observations.Note(HostText.IsLocal(text));
        observations.Note(VirtualDomain.Check(text));
        PropertyException.Require(!isHost || new Mux.Destination(Mux.Network.Tcp, text, 1).Host == text, "a host can be a destination");
        if (HostText.TrySplit(text, out var host, out var port))
        {
            PropertyException.Require(HostText.TrySplit(HostText.Join(host, port), out var again, out var samePort) && again == host && samePort == port, "a host and port that were read are read again");
        }

        observations.Note(ShortForm.TryParseTarget(text, out _, out var error));
        observations.Note(error);
    }

    private static void RunListen(byte[] bytes, Observations observations)
    {
        var isEndpoint = ListenEndpoint.TryParse(Texts.Of(bytes), out var endpoint, out var error);
        observations.Note(error);
        PropertyException.Require(isEndpoint == (error is null), "what is no endpoint says why");
        PropertyException.Require(!isEndpoint || (ListenEndpoint.TryParse(endpoint!.ToString(), out var again, out _) && again == endpoint), "an endpoint that was read is read again");
    }

    private static void RunRedirect(byte[] bytes, Observations observations)
    {
        var isTarget = RedirectTarget.TryParse(Texts.Of(bytes), out var target);
        observations.Note(isTarget);
        PropertyException.Require(target is null || (RedirectTarget.TryParse(target.ToString(), out var again) && again == target), "a target that was read is read again");
    }

    private static void RunPorts(byte[] bytes, Observations observations)
    {
        var isRange = PortRange.TryParse(Texts.Of(bytes), out var range);
        observations.Note(isRange);
        PropertyException.Require(!isRange || (range.First >= 0 && range.First <= range.Last && range.Last <= 65535), "a range has a beginning and an end");
        PropertyException.Require(!isRange || (PortRange.TryParse(range.ToString(), out var again) && again == range), "a range that was read is read again");
    }

    private static void RunCidr(byte[] bytes, Observations observations)
    {
        var isBlock = CidrBlock.TryParse(Texts.Of(bytes), out var block);
        observations.Note(isBlock);
        if (block is not null)
        {
            PropertyException.Require(block.Contains(block.Address), "a block contains its first address");
            PropertyException.Require(CidrBlock.TryParse(block.ToString(), out var again) && again == block, "a block that was read is read again");
            observations.Note(block.PrefixLength);
        }
    }

    private static void RunDuration(byte[] bytes, Observations observations)
    {
        var isDuration = DurationText.TryParse(Texts.Of(bytes), out var duration);
        observations.Note(isDuration);
        PropertyException.Require(!isDuration || duration >= TimeSpan.Zero, "a duration is not negative");
        PropertyException.Require(!isDuration || DurationText.TryParse(DurationText.Format(duration), out _), "a duration that was read is read again");
    }

    private static void RunPattern(byte[] bytes, Observations observations)
    {
        var isPattern = DomainPattern.TryParse(Texts.Of(bytes), out var pattern, out var error);
        observations.Note(error);
        PropertyException.Require(isPattern == (error is null), "what is no pattern says why");
        if (pattern is not null)
        {
            PropertyException.Require(DomainPattern.TryParse(pattern.ToString(), out var again, out _) && again == pattern, "a pattern that was read is read again");
            observations.Note(pattern.Kind);
        }
    }

    private static void RunMask(byte[] bytes, Observations observations)
    {
        var masked = Describe.OneLine(SecretMask.Apply(Texts.Of(bytes)));
        PropertyException.Require(!masked.AsSpan().ContainsAny('\r', '\n'), "a message is one line");
        observations.Note(masked.Contains("***", StringComparison.Ordinal));
    }
}
