using System.Diagnostics;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Peers;

/// <summary>A test with a real server behind the shared tunnel.</summary>
[Collection(PeersCollection.Name)]
public abstract class PeerTest(PeerTunnel tunnel, ITestOutputHelper output) : EndToEndTest(output)
{
    // The programs' log is everybody's; what was said during the test is its own.
    private readonly int[] _marks = [.. tunnel.Programs.Select(program => program.Output.Count)];

    /// <summary>The tunnel.</summary>
    protected PeerTunnel Tunnel { get; } = tunnel;

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        try
        {
            await Tunnel.VerifyNothingStaysOpenAsync();
        }
        finally
        {
            Report();
        }
    }

    /// <summary>Starts a server that ends with the test, and waits until it takes connections.</summary>
    protected async Task<ProgramProcess> StartServerAsync(PeerService service, string file, IEnumerable<string> arguments, string? user = null) =>
        Own(await PeerServer.StartAsync(service.Target, file, arguments, user, Output.WriteLine)).Process;

    /// <summary>Runs a client to its end, which must be a good one.</summary>
    protected async Task<ToolResult> RunClientAsync(string file, IEnumerable<string> arguments, ReadOnlyMemory<byte> input = default)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await Tool.RunAsync(file, arguments, input);
        Output.WriteLine($"{Path.GetFileName(file)}: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        Assert.True(result.ExitCode == 0, $"{Path.GetFileName(file)}: {result}");
        return result;
    }

    private void Report()
    {
        foreach (var (program, mark) in Tunnel.Programs.Zip(_marks))
        {
            Output.WriteLine($"--- {program.Name}:\n{string.Join('\n', program.Output.Lines(mark).Select(line => line.Text))}");
        }
    }
}
