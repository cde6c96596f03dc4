using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Tunnel.Shared.Control;
using Tunnel.Testing;

namespace Tunnel.Shared.Tests.Control;

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
    public async Task A_command_gets_what_it_came_to()
    {
        Serve(new ControlOutcome(2, ["a: ä", "b"]));
        var outcome = await ControlClient.TellAsync(Path, "reload");
        Assert.Equal(2, outcome!.ExitCode);
        Assert.Equal(["a: ä", "b"], outcome.Lines.ToArray());
    }

    [Fact]
    public void Only_its_owner_may_use_it()
    {
        Serve(new ControlOutcome(0, []));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal([Path], Directory.GetFiles(_files.Path));
    }

    [Fact]
    public async Task The_program_that_started_last_answers()
    {
        Assert.Null(await ControlClient.TellAsync(Path, "reload"));
        Serve(new ControlOutcome(0, ["first"]));
        Serve(new ControlOutcome(0, ["second"]));
        Assert.Equal(["second"], (await ControlClient.TellAsync(Path, "reload"))!.Lines.ToArray());
    }

    [Fact]
    public async Task Nobody_answers_for_a_program_that_has_ended()
    {
        Serve(new ControlOutcome(0, []));
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _sockets[0].Running);
        _sockets[0].Socket.Dispose();
        Assert.True(File.Exists(Path));
        Assert.Null(await ControlClient.TellAsync(Path, "reload"));
    }

    [Fact]
    public async Task A_command_is_about_the_rest_of_its_line()
    {
        var lines = new List<string>();
        Serve(new ControlOutcome(0, []), lines.Add);
        await ControlClient.TellAsync(Path, "purge /ä b");
        Assert.Equal(["purge /ä b"], lines);
    }

    [Fact]
    public async Task What_takes_longer_than_asking_may_is_answered_too()
    {
        var socket = ControlSocket.Listen(Path);
        _sockets.Add((socket, socket.RunAsync(
            static async _ =>
            {
                await Task.Delay(ControlSocket.RequestLimit + TimeSpan.FromSeconds(1));
                return new ControlOutcome(0, ["done"]);
            },
            _stop.Token)));
        Assert.Equal(["done"], (await ControlClient.TellAsync(Path, "reload"))!.Lines.ToArray());
    }

    [Fact]
    public async Task A_command_without_an_end_is_refused_and_the_next_one_served()
    {
        var command = new string('x', 9000);
        Serve(new ControlOutcome(0, ["done"]));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        await socket.SendAsync(Encoding.ASCII.GetBytes(command));
        var answer = new byte[1024];
        var length = await socket.ReceiveAsync(answer);
        Assert.StartsWith("2\n", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        Assert.Equal(["done"], (await ControlClient.TellAsync(Path, "reload"))!.Lines.ToArray());
    }

    [Fact]
    public void Every_program_and_configuration_has_its_own()
    {
        var paths = new[] { ("portal", "/a.json"), ("portal", "/b.json"), ("bridge", "/a.json") }.Select(item => ControlPath.Of("/state", item.Item1, item.Item2)).ToList();
        Assert.Equal(3, paths.Distinct(StringComparer.Ordinal).Count());
        Assert.Matches("^/state/portal-[0-9a-f]{16}\\.sock$", paths[0]);
    }

    private void Serve(ControlOutcome outcome, Action<string>? told = null)
    {
        var socket = ControlSocket.Listen(Path);
        _sockets.Add((socket, socket.RunAsync(
            line =>
            {
                told?.Invoke(line);
                return Task.FromResult(outcome);
            },
            _stop.Token)));
    }
}
