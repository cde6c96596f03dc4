namespace Tunnel.Mux;

/// <summary>One stream failed; its session goes on.</summary>
public sealed class MuxStreamException(MuxErrorCode code, string message, Exception? inner = null) : IOException(message, inner)
{
    public MuxErrorCode Code { get; } = code;
}
