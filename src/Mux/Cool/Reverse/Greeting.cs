namespace Tunnel.Mux.Cool.Reverse;

/// <summary>
/// How a bridge of this project makes itself known to a portal of this project: the first frame it sends is a KeepAlive with
/// these bytes. V2Ray never sends that status and ignores it with its data, so real portals do not notice.
/// </summary>
/// <remarks>It promises that End of a stream reaches the target as a half-close, and that the answer is not cut.</remarks>
internal static class Greeting
{
    public static ReadOnlySpan<byte> Data => "tunnel/1 half-close"u8;

    /// <summary>The whole frame.</summary>
    public static ReadOnlyMemory<byte> Frame { get; } = Make();

    private static byte[] Make()
    {
        var frame = new byte[CoolFrame.KeepHeader + Data.Length];
        CoolFrame.WriteKeepAlive(frame, Data);
        return frame;
    }
}
