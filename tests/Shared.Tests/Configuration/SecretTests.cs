using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class SecretTests
{
    /// <summary>The key in its place, and in every wrong one.</summary>
    public static TheoryData<string> Texts => new()
    {
        "{ \"reverse\": { \"portals\": [ { \"domain\": \"a\", \"listen\": \"tunnel://KEY@0.0.0.0:7000\", \"public\": 80 } ] } }",
        "{ \"reverse\": { \"portals\": [ { \"domain\": \"KEY\", \"listen\": \"KEY\", \"public\": \"KEY\", \"tag\": 5, \"KEY\": 1 } ] } }",
        "{ \"reverse\": { \"bridges\": [ { \"domain\": \"a\", \"dial\": \"tunnel://KEY@KEY:7000/KEY\", \"to\": \"KEY\", \"pin\": \"KEY\", \"ca\": \"KEY\" } ] } }",
        "{ \"reverse\": { \"bridges\": [ { \"domain\": \"a\", \"dial\": \"tunnel://KEY\", \"key\": \"xKEY\" } ], \"portals\": \"KEY\" } }",
        "{ \"inbounds\": [ { \"port\": \"KEY\", \"listen\": \"KEY\", \"protocol\": \"KEY\", \"KEY\": { } }, \"KEY\" ] }",
        "{ \"inbounds\": [ { \"port\": 1, \"protocol\": \"tunnel\", \"settings\": { \"clients\": [ \"KEY\", { \"key\": \"KEYKEY\", \"domains\": \"KEY\" } ] } } ] }",
        "{ \"outbounds\": [ { \"protocol\": \"tunnel\", \"settings\": { \"servers\": [ { \"address\": \"KEY\", \"port\": \"KEY\", \"key\": \"file:KEY\" } ] } } ] }",
        "{ \"outbounds\": [ { \"protocol\": \"tunnel\", \"settings\": { \"servers\": [ { \"address\": \"a\", \"port\": 1, \"key\": KEY } ] } } ] }",
        "{ \"outbounds\": [ { \"protocol\": \"freedom\", \"settings\": { \"redirect\": \"KEY:KEY\" }, \"streamSettings\": { \"network\": \"KEY\", \"security\": \"KEY\" } } ] }",
        "{ \"routing\": { \"rules\": [ { \"type\": \"KEY\", \"domain\": \"regexp:[KEY\", \"ip\": \"KEY\", \"outboundTag\": \"KEY\", \"inboundTag\": \"KEY\" } ] } }",
        "{ \"log\": { \"loglevel\": \"KEY\", \"access\": \"x\" KEY } }",
        "{ \"inbounds\": [ { \"port\": 1, \"protocol\": \"vmess\", \"settings\": { \"clients\": [ { \"id\": \"KEY\", \"email\": \"KEY\" }, { \"id\": \"KEY\", \"email\": \"KEY\" }, { \"id\": \"xKEY\" }, \"KEY\" ] } } ] }",
        "{ \"outbounds\": [ { \"protocol\": \"vmess\", \"settings\": { \"vnext\": [ { \"address\": \"KEY:1\", \"port\": \"KEY\", \"users\": [ { \"id\": \"KEYKEY\", \"security\": \"KEY\", \"experiments\": \"KEY\" } ] } ] } } ] }",
        "{ \"outbounds\": [ { \"protocol\": \"vmess\", \"settings\": { \"vnext\": [ { \"address\": \"a\", \"port\": 1, \"users\": [ { \"id\": \"KEY\" } ] } ] } } ] }",
        "{ \"reverse\": { \"portals\": [ { \"domain\": \"a\", \"tag\": \"p\", \"controlDomain\": \"KEY\" } ] }, \"policy\": { \"levels\": { \"KEY\": 1 } } }",
        "{ \"transport\": { \"wsSettings\": { \"path\": \"KEY KEY\", \"headers\": { \"KEY KEY\": \"a\", \"Upgrade\": \"KEY\" } } } }",
        "KEY",
        "\"KEY\"",
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void No_problem_and_no_printout_contains_a_secret(string text)
    {
        foreach (var key in new[] { TestKeys.First, TestKeys.Second, TestKeys.FirstId, TestKeys.SecondId.Replace("-", string.Empty, StringComparison.Ordinal) })
        {
            var result = ConfigLoader.LoadText("f", text.Replace("KEY", key, StringComparison.Ordinal));

            var output = string.Join('\n', result.Problems) + (result.Config is null ? string.Empty : ConfigWriter.Expand(result.Config) + result.Config);
            Assert.All(TestKeys.Secrets, secret => Assert.DoesNotContain(secret, output, StringComparison.Ordinal));
            Assert.DoesNotContain(TestKeys.SecondId.Replace("-", string.Empty, StringComparison.Ordinal)[8..], output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("tunnel://" + TestKeys.First + "@a:1/b")]
    [InlineData(TestKeys.First)]
    public void A_secret_in_the_place_of_a_file_is_masked(string path)
    {
        var said = string.Join('\n', ConfigLoader.Load(path).Problems) + string.Join('\n', ConfigLoader.LoadText(path, "[]").Problems);

        Assert.NotEmpty(said);
        Assert.DoesNotContain(TestKeys.First[11..], said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_stays_as_it_is()
    {
        const string path = "/var/lib/pods/" + TestKeys.FirstId + "/630dcd2966.configuration.json";

        Assert.StartsWith(path + ":1:1: error", ConfigLoader.LoadText(path, "[]").Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_inline_key_is_printed_as_its_id()
    {
        var config = ConfigLoader.LoadText("f", "{ \"reverse\": { \"portals\": [ { \"domain\": \"a\", \"listen\": \"tunnel://" + TestKeys.First + "@0.0.0.0:7000\", \"public\": 80 } ] } }").Config!;

        Assert.Contains("\"key\": \"630dcd2966.***\"", ConfigWriter.Expand(config), StringComparison.Ordinal);
    }

    [Fact]
    public void The_lines_of_a_private_key_are_masked()
    {
        const string text = "{ \"outbounds\": [ { \"protocol\": \"tunnel\", \"settings\": { \"servers\": [ { \"address\": \"a\", \"port\": 1, \"key\": \"" + TestKeys.First + "\" } ] }, \"streamSettings\": { \"security\": \"tls\", \"tlsSettings\": { \"certificates\": [ { \"certificate\": [ \"public\" ], \"key\": [ \"MIIsecret\" ] } ] } } } ] }";

        var config = ConfigLoader.LoadText("f", text).Config!;

        Assert.Equal("MIIsecret", config.Outbounds[0].Stream.Tls.Certificates[0].KeyLines[0]);
        Assert.DoesNotContain("MIIsecret", ConfigWriter.Expand(config) + config, StringComparison.Ordinal);
        Assert.DoesNotContain("MIIsecret", string.Join('\n', ConfigLoader.LoadText("f", text.Replace("[ \"MIIsecret\" ]", "\"MIIsecret\"", StringComparison.Ordinal)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_read_from_a_file_and_printed_as_that_file()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "  " + TestKeys.Second + "\n");
            var text = "{ \"outbounds\": [ { \"protocol\": \"tunnel\", \"settings\": { \"servers\": [ { \"address\": \"a\", \"port\": 1, \"key\": \"file:" + path + "\" } ] } } ] }";
            var config = ConfigLoader.LoadText("f", text).Config!;

            var printed = ConfigWriter.Expand(config);

            Assert.Contains("\"file:" + path + "\"", printed, StringComparison.Ordinal);
            Assert.Null(ModelDifference.Find(config, ConfigLoader.LoadText("f", printed).Config));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
