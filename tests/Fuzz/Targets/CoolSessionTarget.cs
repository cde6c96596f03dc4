using System.IO.Pipelines;
using Tunnel.Fuzz.Engine;
using Tunnel.Mux;
using Tunnel.Mux.Cool;
using Tunnel.Mux.Cool.ReverseControl;

namespace Tunnel.Fuzz.Targets;

/// <summary>A whole Mux.Cool session with V2Ray's reverse protocol on it, whose peer is an input.</summary>
internal static class CoolSessionTarget
{
    private static readonly CoolOptions Options = new()
    {
        MaxStreams = 5,
        StreamBuffer = 64 * 1024,
        SessionBuffer = 128 * 1024,
        StallDeadline = TimeSpan.FromMilliseconds(5),
        MaxControlBytes = 4 * 1024,
    };

    public static FuzzTarget Create() => new("cool-session", "Mux.Cool: a whole session with reverse control streams, at the bridge and at the portal",
    [
        Case("bridge", static (connection, options) =>
        {
            var control = ReverseBridgeControl.Start(connection, options);
            return (control.Session, control.Completion);
        }),
        Case("portal", static (connection, options) =>
        {
            var control = ReversePortalControl.Start(
                connection, options, new ReversePortalOptions { DrainAfterStreams = 2, HeartbeatInterval = TimeSpan.FromMilliseconds(1) });
            return (control.Session, control.Completion);
        }),
    ]);

    private static FuzzCase Case(string name, Func<IDuplexPipe, CoolOptions, (IMuxSession Session, Task Over)> start) => new(
        name,
        (bytes, observations) => SessionPlay.Run(
            bytes,
            (connection, pool) => start(connection, Options with { Pool = pool, DelayEndUntilResponseEnds = bytes.Length % 2 == 0 }),
            new StreamMetadata(new Destination(bytes.Length % 4 < 2 ? Network.Tcp : Network.Udp, "10.1.2.3", 53)),
            observations))
    {
        Seeds = [CoolFrameBytes.Conversation(new Random(1)), CoolFrameBytes.Conversation(new Random(2)), CoolFrameBytes.ControlStream(1, 1)],
        Words = [CoolFrameBytes.New(1), CoolFrameBytes.ControlStream(2, 1), CoolFrameBytes.Keep(1, [0, 1, 2]), CoolFrameBytes.End(1, isError: false)],
        Generate = CoolFrameBytes.Conversation,
        MaxLength = 8 * 1024,
    };
}
