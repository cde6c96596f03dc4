using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Tunnel.Shared.Reloading;
using Tunnel.Testing;

namespace Tunnel.Shared.Tests.Reloading;

[UnsupportedOSPlatform("windows")]
public sealed class ControlSocketTests : IAsyncDisposable
{
    private readonly TempDirectory _files = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(ControlSocket Socket, Task Running)> _sockets = [];

    private string Path => ControlPath.Of(_files.Path, "portal", "/etc/portal.json");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var (socket, running) in _sockets)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            socket.Dispose();
        }

        _stop.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task The_command_gets_what_the_reload_came_to()
    {
        Serve(new ReloadOutcome(2, ["a: ä", "b"]));
        var outcome = await ControlClient.ReloadAsync(Path);
        Assert.Equal(2, outcome!.ExitCode);
        Assert.Equal(["a: ä", "b"], outcome.Lines.ToArray());
    }

    [Fact]
    public void Only_its_owner_may_use_it()
    {
        Serve(new ReloadOutcome(0, []));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal([Path], Directory.GetFiles(_files.Path));
    }

    [Fact]
    public async Task The_program_that_started_last_answers()
    {
        Assert.Null(await ControlClient.ReloadAsync(Path));
        Serve(new ReloadOutcome(0, ["first"]));
        Serve(new ReloadOutcome(0, ["second"]));
        Assert.Equal(["second"], (await ControlClient.ReloadAsync(Path))!.Lines.ToArray());
    }

    [Fact]
    public async Task Nobody_answers_for_a_program_that_has_ended()
    {
        Serve(new ReloadOutcome(0, []));
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _sockets[0].Running);
        _sockets[0].Socket.Dispose();
        Assert.True(File.Exists(Path));
        Assert.Null(await ControlClient.ReloadAsync(Path));
    }

    [Theory]
    [InlineData("other\n")]
    [InlineData("reloadreloadreloadreloadreloadreloadreloadreloadreloadreloadreloadreload")]
    public async Task Another_command_is_refused_and_the_next_one_served(string command)
    {
        Serve(new ReloadOutcome(0, ["done"]));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        await socket.SendAsync(Encoding.ASCII.GetBytes(command));
        var answer = new byte[1024];
        var length = await socket.ReceiveAsync(answer);
        Assert.StartsWith("2\n", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        Assert.Equal(["done"], (await ControlClient.ReloadAsync(Path))!.Lines.ToArray());
    }

    [Fact]
    public void Every_program_and_configuration_has_its_own()
    {
        var paths = new[] { ("portal", "/a.json"), ("portal", "/b.json"), ("bridge", "/a.json") }.Select(item => ControlPath.Of("/state", item.Item1, item.Item2)).ToList();
        Assert.Equal(3, paths.Distinct(StringComparer.Ordinal).Count());
        Assert.Matches("^/state/portal-[0-9a-f]{16}\\.sock$", paths[0]);
    }

    private void Serve(ReloadOutcome outcome)
    {
        var socket = ControlSocket.Listen(Path);
        _sockets.Add((socket, socket.RunAsync(() => Task.FromResult(outcome), _stop.Token)));
    }
}
