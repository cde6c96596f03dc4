using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd;

/// <summary>Exit codes and what goes to which stream: 0 fine, 1 failed at run time, 2 bad usage or configuration.</summary>
public sealed partial class CommandLineTests(ITestOutputHelper output) : EndToEndTest(output)
{
    public static TheoryData<string> Programs => ["portal", "bridge"];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Version_is_printed_alone(string program)
    {
        var result = await RunToEndAsync(FileOf(program), "--version");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", result.Text);
        Assert.Empty(result.Error);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Help_names_the_commands(string program)
    {
        var result = await RunToEndAsync(FileOf(program), "--help");

        Assert.Equal(0, result.ExitCode);
        foreach (var command in new[] { "run", "check", "up", "keygen" })
        {
            Assert.Contains(command, result.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("portal", "run")]
    [InlineData("portal", "run", "-c")]
    [InlineData("portal", "fly")]
    [InlineData("portal", "check", "-c", "/nowhere/portal.json")]
    [InlineData("portal", "run", "-c", "/nowhere/portal.json")]
    [InlineData("portal", "up")]
    [InlineData("portal", "up", "--public", "port")]
    [InlineData("bridge", "run")]
    [InlineData("bridge", "run", "--no-such-option")]
    [InlineData("bridge", "check", "-c", "/nowhere/bridge.json")]
    [InlineData("bridge", "up")]
    [InlineData("bridge", "up", "not-a-join-string", "127.0.0.1:80")]
    public async Task Bad_usage_is_2_and_says_so_on_standard_error(string program, params string[] arguments)
    {
        var result = await RunToEndAsync(FileOf(program), arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Error.Trim());
        Assert.DoesNotContain("   at ", result.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Keygen_prints_a_fresh_key_alone(string program)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RunToEndAsync(FileOf(program), "keygen")));

        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var result in results)
        {
            Assert.Equal(0, result.ExitCode);
            var line = KeyLine().Match(result.Text);
            Assert.True(line.Success, result.ToString());
            var secret = System.Buffers.Text.Base64Url.DecodeFromChars(line.Groups["secret"].Value);
            Assert.Equal(32, secret.Length);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(secret).AsSpan(0, 5)), line.Groups["id"].Value);
            Assert.True(keys.Add(line.Value), "the same key twice");
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_1()
    {
        var first = await StartPortalAsync();
        var configuration = WriteConfiguration("portal", Configurations.Portal(Domain, first.Key, publicPort: first.Public.Port));

        var result = await RunToEndAsync(ProgramFiles.Portal, "run", "-c", configuration);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(first.Public.ToString(), result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Sigterm_ends_an_idle_program_with_0(string program)
    {
        var (portal, bridge) = await StartPairAsync($"127.0.0.1:{FreePort.Next()}");
        var process = string.Equals(program, "portal", StringComparison.Ordinal) ? portal.Process : bridge;

        process.Terminate();

        Assert.Equal(0, await process.WaitForExitAsync(TimeSpan.FromSeconds(8)));
        Assert.Empty(process.Output.Of(Tunnel.Testing.Programs.OutputStream.Output));
    }

    [GeneratedRegex(@"^(?<id>[0-9a-f]{10})\.(?<secret>[A-Za-z0-9_-]+)\n$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyLine();

    private static string FileOf(string program) => string.Equals(program, "portal", StringComparison.Ordinal) ? ProgramFiles.Portal : ProgramFiles.Bridge;
}
