using Tunnel.Shared.Configuration;
using Tunnel.Testing;

namespace Tunnel.Shared.Tests.Configuration;

/// <summary>Lists in files, <c>ext:FILE</c>.</summary>
public sealed class ListFileTests : IDisposable
{
    private readonly TempDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Blocks_stand_one_on_a_line_with_comments()
    {
        var path = _files.Write("blocks.txt", "\uFEFF# office\r\n10.0.0.0/8\r\n\r\n  2001:db8::1\t# one host\n");

        var rule = Assert.Single(Load("ip", "ext:blocks.txt").Config!.Routing.Rules);

        var list = Assert.Single(rule.IpLists);
        Assert.Equal("ext:" + path, list.Name);
        Assert.Equal(["10.0.0.0/8", "2001:db8::1/128"], list.Blocks.Select(static block => block.ToString()));
        Assert.Empty(rule.Ips);
    }

    [Fact]
    public void A_plain_name_in_a_file_means_it_and_what_is_below_it()
    {
        _files.Write("names.txt", "example.com\nfull:www.example.org # exactly\nkeyword:shop\nregexp:^a#b\n");

        var rule = Assert.Single(Load("domain", "ext:names.txt").Config!.Routing.Rules);

        Assert.Equal(
            ["domain:example.com", "full:www.example.org", "keyword:shop", "regexp:^a#b"],
            Assert.Single(rule.DomainLists).Patterns.Select(static pattern => pattern.ToString()));
    }

    [Fact]
    public void The_long_form_names_the_file_by_its_full_path_and_loads_from_anywhere()
    {
        _files.Write("blocks.txt", "10.0.0.0/8");
        _files.Write("names.txt", "example.com");
        var config = Load("source", "ext:blocks.txt\", \"domain\": \"ext:names.txt").Config!;

        var again = ConfigLoader.LoadText("/elsewhere/config.json", ConfigWriter.Expand(config), strict: true);

        Assert.False(again.HasErrors, string.Join('\n', again.Problems));
        Assert.Null(ModelDifference.Find(config, again.Config));
    }

    [Fact]
    public void Each_wrong_line_is_named_with_its_file_and_number()
    {
        var path = _files.Write("bad.txt", "10.0.0.0/8\nexample.com\n\n10.0.0.0/33\n");
        var names = _files.Write("bad-names.txt", "ok.example\nfull:\ntwo words\n");

        Assert.Equal(
            [
                $"{path}:2: found 'example.com', expected an IP address or a block such as '10.0.0.0/8' or '2001:db8::/32'",
                $"{path}:4: found '10.0.0.0/33', expected an IP address or a block such as '10.0.0.0/8' or '2001:db8::/32'",
            ],
            Load("ip", "ext:bad.txt").Problems.Select(static problem => problem.Message));
        Assert.Equal(
            [
                $"{names}:2: the pattern is empty; write a name, such as 'full:home.example'",
                $"{names}:3: found 'two words' with a blank in it, expected one pattern on a line, such as 'example.com' or 'full:www.example.com'",
            ],
            Load("domain", "ext:bad-names.txt").Problems.Select(static problem => problem.Message));
    }

    [Fact]
    public void What_cannot_be_a_list_is_refused_with_its_reason()
    {
        var binary = _files.File("geo.dat");
        File.WriteAllBytes(binary, [0x0A, 0xFF, 0xFE, 0x00]);
        _files.Write("many.txt", string.Concat(Enumerable.Repeat("x\n", 100)));
        _files.Write("slow.txt", string.Concat(Enumerable.Repeat("keyword:x\n", 1001)));

        Assert.Contains("is not UTF-8 text", Only("ip", "ext:geo.dat"), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Only("ip", "ext:none.txt"), StringComparison.Ordinal);
        Assert.Contains("name that with 'ext:FILE'", Only("ip", "ext:geoip.dat:cn"), StringComparison.Ordinal);
        Assert.Contains("names no file", Only("ip", "ext:"), StringComparison.Ordinal);
        Assert.Contains(":1001: more than 1000 entries", Only("domain", "ext:slow.txt"), StringComparison.Ordinal);
        Assert.Equal(11, Load("ip", "ext:many.txt").Problems.Length);
    }

    [Fact]
    public void A_hundred_thousand_entries_load()
    {
        _files.Write("blocks.txt", string.Concat(Enumerable.Range(0, 100_000).Select(static index => $"10.{index >> 16}.{(index >> 8) & 255}.{index & 255}\n")));

        Assert.Equal(100_000, Assert.Single(Assert.Single(Load("ip", "ext:blocks.txt").Config!.Routing.Rules).IpLists).Blocks.Length);
    }

    private string Only(string field, string value) => Assert.Single(Load(field, value).Problems).Message;

    private ConfigResult Load(string field, string value) => ConfigLoader.LoadText(
        _files.File("config.json"),
        "{ \"outbounds\": [ { \"protocol\": \"freedom\", \"tag\": \"out\" } ], \"routing\": { \"rules\": [ { \"type\": \"field\", \"outboundTag\": \"out\", \""
        + field + "\": \"" + value + "\" } ] } }");
}
