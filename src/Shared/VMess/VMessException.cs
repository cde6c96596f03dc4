namespace Tunnel.Shared.VMess;

/// <summary>The VMess connection is over, because of what the peer sent or did not send.</summary>
internal sealed class VMessException(VMessError error, string message) : IOException(message)
{
    public VMessError Error { get; } = error;
}
