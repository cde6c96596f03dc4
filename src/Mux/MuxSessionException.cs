namespace Tunnel.Mux;

/// <summary>A whole session failed, and every stream on it.</summary>
public sealed class MuxSessionException(MuxErrorCode code, string message, Exception? inner = null) : IOException(message, inner)
{
    public MuxErrorCode Code { get; } = code;
}
