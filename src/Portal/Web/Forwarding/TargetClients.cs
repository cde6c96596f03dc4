using Tunnel.Shared.Hosting;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>The HTTP clients of an inbound, one for each target; routes that have a target in common share its connections.</summary>
internal sealed class TargetClients(RuntimeContext context) : IDisposable
{
    // Guards the table and the counts in it.
    private readonly Lock _gate = new();
    private readonly Dictionary<TargetClientKey, (TargetClient Client, int Users)> _clients = [];

    /// <summary>The client for a target, to be returned.</summary>
    public TargetClient Rent(TargetClientKey key)
    {
        lock (_gate)
        {
            var (client, users) = _clients.TryGetValue(key, out var entry) ? entry : (new TargetClient(key, context), 0);
            _clients[key] = (client, users + 1);
            return client;
        }
    }

    /// <summary>Closes the connections of a client that nobody else has.</summary>
    public void Return(TargetClient client)
    {
        lock (_gate)
        {
            if (!_clients.TryGetValue(client.Key, out var entry))
            {
                return;
            }

            if (entry.Users > 1)
            {
                _clients[client.Key] = (entry.Client, entry.Users - 1);
                return;
            }

            _clients.Remove(client.Key);
        }

        client.Dispose();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var (client, _) in _clients.Values)
            {
                client.Dispose();
            }

            _clients.Clear();
        }
    }
}
