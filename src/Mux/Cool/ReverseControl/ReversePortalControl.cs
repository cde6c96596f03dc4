using System.Buffers;
using System.IO.Pipelines;

namespace Tunnel.Mux.Cool.ReverseControl;

/// <summary>
/// The portal's half of V2Ray's reverse protocol, on one bridge's connection: it opens the control stream before all others,
/// sends heartbeats, and has the bridge replace the connection when it has carried enough streams.
/// </summary>
/// <remarks>
/// V2Ray interoperability notes in docs/v2ray.md, sections 2.3 and 2.4. The bridge learns of a drain by one message and the
/// End of the control stream; it opens another connection, and this one ends with its last stream. That holds for any drain,
/// also one that the session's user begins.
/// </remarks>
public sealed class ReversePortalControl
{
    private readonly ReversePortalOptions _options;
    private readonly IMuxStream? _stream;

    private ReversePortalControl(CoolSession session, ReversePortalOptions options)
    {
        _options = options;
        Session = session;
        _stream = session.TryOpenControl(new StreamMetadata(new Destination(Network.Udp, options.ControlDomain, 0)));
        Completion = RunAsync();
    }

    /// <summary>The session, on which visitors' streams are opened. The control stream is not counted among them.</summary>
    public CoolSession Session { get; }

    /// <summary>Completes, and never fails, when nothing more is said to the bridge.</summary>
    public Task Completion { get; }

    /// <summary>Begins a session as its opener, and the reverse protocol on it.</summary>
    /// <param name="connection">Bytes to and from the bridge; owned from now on.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="control">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public static ReversePortalControl Start(IDuplexPipe connection, CoolOptions? options = null, ReversePortalOptions? control = null)
    {
        control ??= ReversePortalOptions.Default;
        control.Validate();
        return new ReversePortalControl(CoolSession.Start(connection, CoolRole.Opener, options), control);
    }

    private async Task RunAsync()
    {
        if (_stream is null)
        {
            // The connection was lost before it was used.
            return;
        }

        var discarding = DiscardAsync(_stream.Input);
        await BeatAsync(_stream.Output);
        await _stream.Output.CompleteAsync();
        await discarding;
    }

    private async Task BeatAsync(PipeWriter output)
    {
        using var timer = new PeriodicTimer(_options.HeartbeatInterval, Session.Options.Time);
        var isHeard = true;
        while (!Session.Draining.IsCompleted)
        {
            isHeard = isHeard && await TrySendAsync(output, ControlState.Active);
            var next = timer.WaitForNextTickAsync().AsTask();
            if (await Task.WhenAny(next, Session.Draining) != next || !await next)
            {
                break;
            }

            if (Session.StreamsEver > _options.DrainAfterStreams)
            {
                // It waits for the last stream and for what is sent below, and never fails.
                _ = Session.DrainAsync(CancellationToken.None);
            }
        }

        if (isHeard)
        {
            await TrySendAsync(output, ControlState.Drain);
        }
    }

    /// <summary>Sends a message; false where the bridge has ended the control stream, which need not trouble the others.</summary>
    private static async ValueTask<bool> TrySendAsync(PipeWriter output, ControlState state)
    {
        try
        {
            Write(output, state);
            return !(await output.FlushAsync()).IsCompleted;
        }
        catch (MuxStreamException)
        {
            return false;
        }
    }

    private static void Write(PipeWriter output, ControlState state)
    {
        var span = output.GetSpan(DatagramPrefix.Size + ControlMessage.MaxSize);
        var length = ControlMessage.WriteRandom(span[DatagramPrefix.Size..], state);
        DatagramPrefix.Write(span, length);
        output.Advance(DatagramPrefix.Size + length);
    }

    /// <summary>A bridge says nothing; one that does not know the name may pass on what its network answers.</summary>
    private static async Task DiscardAsync(PipeReader input)
    {
        try
        {
            while (true)
            {
                var result = await input.ReadAsync();
                input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (MuxStreamException)
        {
            // The session or the stream is over.
        }

        await input.CompleteAsync();
    }
}
