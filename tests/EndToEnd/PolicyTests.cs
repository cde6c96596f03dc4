using System.Diagnostics;
using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>Connections that say nothing for too long are ended, where the configuration asks for that.</summary>
public sealed class PolicyTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(""" "policy": { "levels": { "0": { "connIdle": 1 } } }, """, "")]
    [InlineData("", """, "timeout": 1""")]
    public async Task A_silent_visitor_is_closed(string policy, string setting)
    {
        var target = Own(TcpTargets.Echo());
        var port = ((IPEndPoint)target.EndPoint).Port;
        var configuration = WriteConfiguration("portal", $$"""
            {
              {{policy}}
              "inbounds": [ { "listen": "127.0.0.1", "port": 0, "protocol": "dokodemo-door", "settings": { "address": "127.0.0.1", "port": {{port}}{{setting}} } } ],
              "outbounds": [ { "protocol": "freedom" } ]
            }
            """);
        var process = Run("portal", ProgramFiles.Portal, ["run", "-c", configuration]);
        var endPoint = AddressOf(await process.WaitForLineAsync(LogLines.Serving));

        using var visitor = await Visitor.ConnectAsync(endPoint);
        await visitor.SendAsync(Pattern.At(0, 100));
        await visitor.ReadPatternAsync(0, 100);
        var silent = Stopwatch.GetTimestamp();
        Assert.Equal(0, await visitor.ReadUntilClosedAsync(Limit));
        Output.WriteLine($"closed after {Stopwatch.GetElapsedTime(silent).TotalSeconds:0.0} s of silence");
    }
}
