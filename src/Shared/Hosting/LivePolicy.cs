using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Hosting;

/// <summary>The policy of a running program, which can be replaced.</summary>
internal sealed class LivePolicy
{
    private volatile PolicyConfig _current = new();

    public PolicyConfig Current
    {
        get => _current;
        set => _current = value;
    }
}
