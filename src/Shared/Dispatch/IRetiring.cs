namespace Tunnel.Shared.Dispatch;

/// <summary>
/// What an inbound or outbound may implement that holds more than connections of visitors, such as sessions, and so has more to
/// do than to wait for these when it leaves a program that goes on.
/// </summary>
public interface IRetiring
{
    /// <summary>
    /// Takes nothing new, and returns when what it holds has ended in good order, however long that takes; when
    /// <paramref name="cancellationToken"/> fires, the rest is aborted.
    /// </summary>
    Task RetireAsync(CancellationToken cancellationToken);
}
