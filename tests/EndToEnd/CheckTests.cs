using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd;

/// <summary>What <c>check</c> says about a configuration, and that <c>run</c> says no less.</summary>
public sealed class CheckTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private readonly string _key = TestKey.New();

    [Fact]
    public async Task Good_configurations_are_0()
    {
        await AssertExitCodeAsync(0, ProgramFiles.Portal, Configurations.Portal(Domain, _key));
        await AssertExitCodeAsync(0, ProgramFiles.Bridge, Configurations.Bridge(Domain, _key, "127.0.0.1:80", [new IPEndPoint(IPAddress.Loopback, 7000)]));
        await AssertExitCodeAsync(0, ProgramFiles.Portal, Configurations.LongPortal(Domain, _key, "0.0.0.0", new { security = "tls" }));
        await AssertExitCodeAsync(0, ProgramFiles.Bridge, Configurations.LongBridge(Domain, _key, "127.0.0.1:80", "portal.example.com", 7000, new { security = "tls" }));
    }

    [Fact]
    public async Task Every_error_is_reported_at_once_with_its_place()
    {
        // One error in each of the lines 5, 6, 10 and 14.
        var json = $$"""
            {
              "reverse": {
                "portals": [{
                  "domain": "home.example",
                  "listen": "tunnel://hunter22@127.0.0.1:0",
                  "public": ["127.0.0.1:http"]
                }, {
                  "domain": "work.example",
                  "listen": "tunnel://{{_key}}@127.0.0.1:0",
                  "public": 70000
                }]
              },
              "routing": { "rules": [
                { "type": "field", "inboundTag": ["x"], "outboundTag": "nowhere" }
              ] }
            }
            """;
        var lines = json.Split('\n');
        var file = WriteConfiguration("portal", json);
        var place = new Regex(Regex.Escape(file) + @":(?<line>\d+):(?<column>\d+): error", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

        foreach (var command in new[] { "check", "run" })
        {
            var result = await RunToEndAsync(ProgramFiles.Portal, command, "-c", file);

            Assert.Equal(2, result.ExitCode);
            var places = place.Matches(result.Error)
                .Select(m => (Line: int.Parse(m.Groups["line"].Value), Column: int.Parse(m.Groups["column"].Value)))
                .ToArray();
            foreach (var line in new[] { 5, 6, 10, 14 })
            {
                Assert.True(places.Any(p => p.Line == line), $"nothing about line {line}:\n{result}");
            }

            Assert.All(places, p => Assert.InRange(p.Column, 1, lines[p.Line - 1].Length));
            Assert.Contains("nowhere", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter22", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Broken_json_is_2_with_its_place()
    {
        var file = WriteConfiguration("bridge", "{\n  \"reverse\": {\n    \"bridges\": [ }\n}\n");

        var result = await RunToEndAsync(ProgramFiles.Bridge, "check", "-c", file);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"{file}:3:", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_field_is_a_warning_with_the_nearest_name_and_an_error_when_strict()
    {
        var file = WriteConfiguration("portal", Configurations.Portal(Domain, _key).Replace("loglevel", "logLevl", StringComparison.Ordinal));

        var lenient = await RunToEndAsync(ProgramFiles.Portal, "check", "-c", file);
        var strict = await RunToEndAsync(ProgramFiles.Portal, "check", "--strict", "-c", file);

        Assert.Equal(0, lenient.ExitCode);
        Assert.Contains("logLevl", lenient.Error, StringComparison.Ordinal);
        Assert.Contains("loglevel", lenient.Error, StringComparison.Ordinal);
        Assert.Equal(2, strict.ExitCode);
    }

    [Fact]
    public async Task An_expanded_configuration_holds_no_secret()
    {
        foreach (var (program, json) in new[]
        {
            (ProgramFiles.Portal, Configurations.Portal(Domain, _key)),
            (ProgramFiles.Bridge, Configurations.Bridge(Domain, _key, "127.0.0.1:80", [new IPEndPoint(IPAddress.Loopback, 7000)])),
        })
        {
            var result = await RunToEndAsync(program, "check", "--expand", "-c", WriteConfiguration("short", json));

            Assert.Equal(0, result.ExitCode);
            Assert.DoesNotContain(TestKey.SecretOf(_key), result.ToString(), StringComparison.Ordinal);
            Assert.Contains(_key[..10], result.Text, StringComparison.Ordinal);
            Assert.NotNull(JsonNode.Parse(result.Text)!["routing"]);
        }
    }

    [Fact]
    public async Task An_expanded_configuration_expands_to_itself()
    {
        // A key that is kept elsewhere stays a reference, so the long form can be used as it is printed.
        var keyFile = Files.Write("key", _key);
        foreach (var (program, json) in new[]
        {
            (ProgramFiles.Portal, Configurations.Portal(Domain, $"file:{keyFile}")),
            (ProgramFiles.Bridge, Configurations.Bridge(Domain, $"file:{keyFile}", "127.0.0.1:80", [new IPEndPoint(IPAddress.Loopback, 7000)])),
        })
        {
            var once = await ExpandAsync(program, json);
            var twice = await ExpandAsync(program, once.Text);

            Assert.Equal(once.Text, twice.Text);
            Assert.Empty(twice.Error);
        }
    }

    [Fact]
    public async Task Plaintext_off_loopback_is_refused_unless_it_is_allowed()
    {
        var plain = new { security = "none" };
        var allowed = new { security = "none", allowPlaintext = true };

        await AssertExitCodeAsync(2, ProgramFiles.Portal, Configurations.LongPortal(Domain, _key, "0.0.0.0", plain), "run");
        await AssertExitCodeAsync(2, ProgramFiles.Portal, Configurations.LongPortal(Domain, _key, "0.0.0.0", plain));
        await AssertExitCodeAsync(0, ProgramFiles.Portal, Configurations.LongPortal(Domain, _key, "0.0.0.0", allowed));
        await AssertExitCodeAsync(0, ProgramFiles.Portal, Configurations.LongPortal(Domain, _key, "127.0.0.1", plain));

        await AssertExitCodeAsync(2, ProgramFiles.Bridge, Configurations.LongBridge(Domain, _key, "127.0.0.1:80", "192.0.2.1", 7000, plain), "run");
        await AssertExitCodeAsync(2, ProgramFiles.Bridge, Configurations.LongBridge(Domain, _key, "127.0.0.1:80", "192.0.2.1", 7000, plain));
        await AssertExitCodeAsync(0, ProgramFiles.Bridge, Configurations.LongBridge(Domain, _key, "127.0.0.1:80", "192.0.2.1", 7000, allowed));
        await AssertExitCodeAsync(0, ProgramFiles.Bridge, Configurations.LongBridge(Domain, _key, "127.0.0.1:80", "127.0.0.1", 7000, plain));
    }

    [Theory]
    [InlineData("0123456789.c2hvcnQ")]
    [InlineData("correct horse battery staple")]
    [InlineData("")]
    public async Task A_key_that_is_none_is_refused_and_not_repeated(string key)
    {
        var result = await AssertExitCodeAsync(2, ProgramFiles.Portal, Configurations.Portal(Domain, key));

        Assert.True(key.Length == 0 || !result.Error.Contains(key, StringComparison.Ordinal), "the key was repeated");
    }

    private async Task<ToolResult> ExpandAsync(string program, string json)
    {
        var result = await RunToEndAsync(program, "check", "--expand", "-c", WriteConfiguration("expand", json));
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    private async Task<ToolResult> AssertExitCodeAsync(int expected, string program, string json, string command = "check")
    {
        var result = await RunToEndAsync(program, command, "-c", WriteConfiguration("check", json));
        Assert.True(result.ExitCode == expected, $"expected exit code {expected} of {command}\n{result}\n{json}");
        return result;
    }
}
