using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Mux;
using Tunnel.Mux.Native;

namespace Tunnel.Fuzz.Targets;

/// <summary>A whole native session whose peer is an input.</summary>
internal static class MuxSessionTarget
{
    public static FuzzTarget Create() => new("mux-session", "tunnel/1: a whole session and its streams, at the acceptor and at the dialler",
    [
        Case("acceptor", isDialler: false),
        Case("dialler", isDialler: true),
    ]);

    private static FuzzCase Case(string name, bool isDialler) => new(name, (bytes, observations) => Run(bytes, observations, isDialler))
    {
        Seeds = [NativeFrames.Conversation(new Random(1)), NativeFrames.Conversation(new Random(2)), NativeFrames.Conversation(new Random(3))],
        Words = [NativeFrames.Preface(), NativeFrames.Open(1), NativeFrames.Open(2), NativeFrames.Open(3)],
        Generate = NativeFrames.Conversation,
        MaxLength = 8 * 1024,
    };

    private static void Run(byte[] bytes, Observations observations, bool isDialler) => SessionPlay.Run(
        bytes,
        (connection, pool) => (MuxSession.Start(connection, isDialler, new MuxOptions { MaxStreams = 5, MaxControlBytes = 16 * 1024, Pool = pool }), Task.CompletedTask),
        new StreamMetadata(new Destination(Network.Tcp, "target.example", 80)),
        observations);
}
