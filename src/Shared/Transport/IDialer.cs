namespace Tunnel.Shared.Transport;

/// <summary>Makes connections: from this machine, or through another outbound.</summary>
public interface IDialer
{
    /// <summary>A connection to a host and port, which the caller owns.</summary>
    /// <param name="host">An IP literal (brackets allowed), a host name, or, where the dialler can, <c>unix:/path</c>.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="DialException">It could not be made; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<Carrier> DialAsync(string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default);
}
