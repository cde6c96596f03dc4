namespace Tunnel.Shared.Transport;

/// <summary>A connection could not be made. The message names the target and the reason.</summary>
public sealed class DialException(DialFailure failure, string target, string reason, Exception? inner = null)
    : IOException($"Cannot connect to {target}: {reason}", inner)
{
    public DialFailure Failure { get; } = failure;

    /// <summary><c>host:port</c> or <c>unix:/path</c>.</summary>
    public string Target { get; } = target;
}
