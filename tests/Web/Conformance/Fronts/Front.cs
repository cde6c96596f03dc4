using System.Net;
using System.Net.Sockets;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;
using Tunnel.WebFront.Tests.Conformance.Target;
using Tunnel.WebFront.Tests.Conformance.Wire;

namespace Tunnel.WebFront.Tests.Conformance.Fronts;

/// <summary>A program between the visitors of the cases and their target.</summary>
internal sealed class Front : IAsyncDisposable
{
    // Of a front that does not serve the file at all: it stands nowhere else.
    private const string NoTag = "\"no-entity-tag\"";

    private readonly ProgramProcess _process;
    private readonly string _entityTag;

    private Front(ProgramProcess process, IPEndPoint endPoint, string entityTag)
    {
        _process = process;
        EndPoint = endPoint;
        _entityTag = entityTag;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Starts nginx with the configuration beside the tests.</summary>
    /// <param name="name">What its files are called.</param>
    /// <param name="files">Where they go.</param>
    /// <param name="values">What stands in the configuration in braces.</param>
    public static Task<Front> StartNginxAsync(string name, TempDirectory files, IReadOnlyDictionary<string, string> values)
    {
        var work = files.MakeDirectory(name);
        return StartAsync("nginx.conf", name, files, values, file => (Peer.Require("nginx"), ["-p", work, "-e", $"{work}/error.log", "-c", file]));
    }

    /// <summary>Starts the portal with the configuration beside the tests.</summary>
    /// <inheritdoc cref="StartNginxAsync"/>
    public static Task<Front> StartPortalAsync(string name, TempDirectory files, IReadOnlyDictionary<string, string> values) =>
        StartAsync("portal.json", name, files, values, static file => (ProgramFiles.Portal, ["run", "-c", file]));

    /// <summary>Plays a case.</summary>
    public async Task<Transcript> PlayAsync(ConformanceCase asked, RecordingTarget target)
    {
        target.Script(asked.Target);
        var exchange = await RawVisitor.AskAsync(EndPoint, asked, Fill);
        return new Transcript(asked, exchange, target.Requests, Names(exchange, target));
    }

    /// <summary>The last of what it printed.</summary>
    public string Log() => _process.Output.Text(40);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<Front> StartAsync(
        string template,
        string name,
        TempDirectory files,
        IReadOnlyDictionary<string, string> values,
        Func<string, (string File, string[] Arguments)> command)
    {
        // Neither tells which port it got for 0 in a line that both have.
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Conformance", "Fronts", template));
        foreach (var (word, value) in values.Append(new("port", $"{endPoint.Port}")).Append(new("work", files.MakeDirectory(name))))
        {
            text = text.Replace($"{{{word}}}", value, StringComparison.Ordinal);
        }

        var (file, arguments) = command(files.Write($"{name}-{template}", text));
        var process = ProgramProcess.Start(name, file, arguments, ProgramEnvironment.With(files.MakeDirectory($"{name}-state")));
        try
        {
            await Eventually.HoldsAsync(
                () => IsUpAsync(process, endPoint), ProgramProcess.DefaultPatience, () => $"{name} does not listen:\n{process.Output.Text()}");
            var first = await RawVisitor.AskAsync(endPoint, new ConformanceCase("start", Raw.Request("GET /file.txt", "files.test")), static text => text);
            return new Front(process, endPoint, first.Answers is [{ } answer, ..] ? answer.Header("ETag") ?? NoTag : NoTag);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static async Task<bool> IsUpAsync(ProgramProcess process, IPEndPoint endPoint)
    {
        Assert.False(process.HasExited, $"{process.Name} has ended:\n{process.Output.Text()}");
        try
        {
            using var visitor = await Visitor.ConnectAsync(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Fill(string text) => text
        .Replace("{port}", $"{EndPoint.Port}", StringComparison.Ordinal)
        .Replace("{etag}", _entityTag, StringComparison.Ordinal);

    /// <summary>What differs from run to run, by the name that stands for it in a transcript.</summary>
    private IReadOnlyList<(string Found, string Name)> Names(Exchange exchange, RecordingTarget target) =>
    [
        (target.Address, "TARGET"),
        (_entityTag, "ETAG"),
        ($"{EndPoint.Port}", "PORT"),
        ($"{exchange.VisitorPort}", "VISITOR-PORT"),
    ];
}
