using System.Text;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.DokodemoDoor;
using Tunnel.Shared.Outbounds.Freedom;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class ConfigLoaderTests
{
    [Fact]
    public void A_problem_reads_as_compilers_print_theirs()
    {
        var result = ConfigLoader.LoadText("portal.json", "{\n  \"inbounds\": [\n    { \"port\": true, \"protocol\": \"blackhole\" } ] }");

        Assert.Equal(
            "portal.json:3:15: error: $.inbounds[0].port: found true, expected a port from 0 to 65535, such as 80, \"80\", \"1000-2000\" or \"53,443\"",
            result.Problems[0].ToString());
    }

    [Theory]
    [InlineData("{\"log\":5}", 1, 8)]
    [InlineData("\uFEFF{\"log\":5}", 1, 8)]
    [InlineData("{\r\n\t\"log\":5}", 2, 8)]
    [InlineData("{/* bridge 的 */\"log\":5}", 1, 22)]
    [InlineData("{\"é\\u00e9😀\":null, \"log\":5}", 1, 26)]
    [InlineData("# one\n// two\n/* three\n*/ {\"log\"\n:\n5}", 6, 1)]
    public void Columns_count_characters_whatever_stands_before(string text, int line, int column)
    {
        var problem = ConfigLoader.LoadText("f", text).Problems.Single(static item => item.Severity == ConfigSeverity.Error);

        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void Strict_turns_an_unknown_field_into_an_error_but_not_one_that_V2Ray_knows()
    {
        const string text = "{ \"dns\": {}, \"outbond\": {} }";

        var loose = ConfigLoader.LoadText("f", text);
        var strict = ConfigLoader.LoadText("f", text, strict: true);

        Assert.False(loose.HasErrors);
        Assert.True(strict.HasErrors);
        Assert.Null(strict.Config);
        Assert.Equal([ConfigSeverity.Warning, ConfigSeverity.Error], strict.Problems.Select(static problem => problem.Severity));
        Assert.Contains("unknown field 'outbond'; did you mean 'outbound'?", strict.Problems[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_problem_of_the_file()
    {
        var missing = ConfigLoader.Load("/does/not/exist.json");
        var folder = ConfigLoader.Load(Path.GetTempPath());
        var nameless = ConfigLoader.Load("\0");

        Assert.All([missing, folder, nameless], static result => Assert.Single(result.Problems));
        Assert.StartsWith("/does/not/exist.json: error: the file cannot be read: ", missing.Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_beyond_the_bound_is_refused()
    {
        var result = ConfigLoader.LoadText("f", new byte[ConfigLoader.MaxFileBytes + 1]);

        Assert.Contains("16 MiB", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_number_of_values_are_bounded()
    {
        var deep = ConfigLoader.LoadText("f", "{\"log\":" + new string('[', 100_000));
        var wide = ConfigLoader.LoadText("f", "{\"log\":[" + string.Concat(Enumerable.Repeat("0,", 600_000)) + "0]}");

        Assert.True(deep.HasErrors);
        Assert.Contains("more than 200000 values", Assert.Single(wide.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_warnings_do_not_hide_an_error()
    {
        var fields = string.Concat(Enumerable.Range(0, 3000).Select(static index => $"\"unknown{index}\":1,"));

        var result = ConfigLoader.LoadText("f", "{" + fields + "\"log\":1}");

        Assert.Contains(result.Problems, static problem => problem.Severity == ConfigSeverity.Error);
        Assert.Equal(1002, result.Problems.Length);
    }

    [Fact]
    public void Tens_of_thousands_of_mistakes_are_no_reason_to_hang()
    {
        var tag = new string('x', 55);
        var outbounds = Enumerable.Range(0, 20_000).Select(index => $"{{\"protocol\":\"freedom\",\"tag\":\"{tag}{index}\"}}");
        var rules = Enumerable.Range(0, 20_000).Select(index => $"{{\"type\":\"field\",\"port\":1,\"outboundTag\":\"{tag}-{index}\"}}");

        var result = ConfigLoader.LoadText("f", $"{{\"outbounds\":[{string.Join(',', outbounds)}],\"routing\":{{\"rules\":[{string.Join(',', rules)}]}}}}");

        Assert.Equal(1001, result.Problems.Length);
    }

    [Fact]
    public void A_key_file_with_line_breaks_in_its_name_stays_on_one_line()
    {
        var result = ConfigLoader.LoadText(
            "f",
            "{ \"outbounds\": [ { \"protocol\": \"tunnel\", \"settings\": { \"servers\": [ { \"address\": \"a\", \"port\": 1, \"key\": \"file:a\\nb\\u001b[31m\" } ] } } ] }");

        Assert.DoesNotContain(Assert.Single(result.Problems).ToString(), char.IsControl);
    }

    [Fact]
    public void Names_match_without_regard_to_case_and_the_later_of_two_wins()
    {
        var config = Load("{ \"LOG\": { \"LogLevel\": \"info\", \"loglevel\": \"ERROR\" } }");

        Assert.Equal(LogLevelConfig.Error, config.Log.Level);
    }

    [Theory]
    [InlineData("{}", "none", LogLevelConfig.Warning)]
    [InlineData("{ \"log\": {} }", null, LogLevelConfig.Warning)]
    [InlineData("{ \"log\": { \"access\": \"\", \"loglevel\": \"none\" } }", "", LogLevelConfig.None)]
    [InlineData("{ \"log\": { \"access\": \"a.log\", \"loglevel\": \"verbose\" } }", "a.log", LogLevelConfig.Warning)]
    public void Log_has_the_defaults_of_V2Ray(string text, string? access, LogLevelConfig level)
    {
        var log = Load(text).Log;

        Assert.Equal((access, level), (log.Access, log.Level));
    }

    [Fact]
    public void Deprecated_forms_come_first_and_take_the_old_port()
    {
        var config = ConfigLoader.Load(SampleFiles.PathOf("valid", "deprecated.jsonc")).Config!;

        Assert.Equal(["first", "second", "third"], config.Inbounds.Select(static inbound => inbound.Tag));
        Assert.Equal(["first", "second", "third"], config.Outbounds.Select(static outbound => outbound.Tag));
        Assert.Equal(new PortRange(1080), Assert.Single(config.Inbounds[0].Ports));
    }

    [Theory]
    [InlineData("8080", "8080")]
    [InlineData("\"8080\"", "8080")]
    [InlineData("\"80-90\"", "80-90")]
    [InlineData("\"80, 90-91\"", "80,90-91")]
    [InlineData("\"env:TUNNEL_TEST_PORT\"", "9000-9001")]
    [InlineData("0", "0")]
    public void Ports_come_in_all_the_forms_of_V2Ray(string port, string expected)
    {
        var config = Load("{ \"inbounds\": [ { \"protocol\": \"dokodemo-door\", \"port\": " + port + ", \"settings\": { \"address\": \"a\" } } ] }");

        Assert.Equal(expected, string.Join(',', config.Inbounds[0].Ports));
    }

    [Theory]
    [InlineData("[2001:DB8::1]", "2001:db8::1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("web.example", "web.example")]
    public void A_door_has_a_normalised_address(string address, string expected)
    {
        var config = Load("{ \"inbounds\": [ { \"protocol\": \"dokodemo-door\", \"port\": 1, \"settings\": { \"address\": \"" + address + "\", \"timeout\": 0 } } ] }");

        var settings = Assert.IsType<DokodemoDoorSettings>(config.Inbounds[0].Settings);
        Assert.Equal(expected, settings.Address);
        Assert.Null(settings.Timeout);
    }

    [Fact]
    public void Streams_of_protocol_tunnel_are_encrypted_unless_told_otherwise()
    {
        var config = ConfigLoader.Load(SampleFiles.PathOf("valid", "everything.jsonc")).Config!;

        Assert.Equal(StreamSecurity.Tls, config.Outbounds[3].Stream.Security);
        Assert.Equal(StreamSecurity.None, config.Inbounds[2].Stream.Security);
        Assert.Null(config.Outbounds[0].Stream.Security);
    }

    [Theory]
    [InlineData("host.example:80", "host.example", 80)]
    [InlineData(":80", null, 80)]
    [InlineData("0.0.0.0:80", null, 80)]
    [InlineData("host.example:0", "host.example", null)]
    [InlineData("[::1]:80", "::1", 80)]
    public void A_redirect_replaces_host_or_port_or_both(string text, string? host, int? port)
    {
        Assert.True(RedirectTarget.TryParse(text, out var target));

        Assert.Equal(new RedirectTarget { Host = host, Port = port }, target);
    }

    [Fact]
    public void UTF_16_is_named_as_such()
    {
        var result = ConfigLoader.LoadText("f", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{}")).ToArray());

        Assert.Contains("UTF-16", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    private static TunnelConfig Load(string text)
    {
        var result = ConfigLoader.LoadText("f", text);
        Assert.False(result.HasErrors, string.Join('\n', result.Problems));
        return result.Config!;
    }
}
