using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Dispatch;

/// <summary>What an <see cref="IInbound"/> may implement that can take some changes over while it listens, as of who may connect.</summary>
public interface IReconfigurable
{
    /// <summary>Takes a configuration over for what comes from now on; false, with nothing changed, where it must be stopped and started for that.</summary>
    /// <param name="config">What it is to be.</param>
    /// <param name="filesChanged">Whether what stands in the files that it names is other than it was.</param>
    /// <exception cref="InboundStartException">It could take it over, but something that the configuration names cannot be used; nothing has changed.</exception>
    bool TryReconfigure(InboundConfig config, bool filesChanged);
}
