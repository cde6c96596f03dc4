using Tunnel.Shared.Interconnect;
using Tunnel.Shared.State;

namespace Tunnel.Portal.CommandLine;

/// <summary>
/// The key and virtual domain of <c>portal up</c>, kept in the state directory so that a join string stays good when the
/// portal restarts. Deleting the file makes a new one.
/// </summary>
internal sealed record UpIdentity(InterconnectKey Key, string? Error)
{
    private const string FileName = "up.key";

    /// <summary>Made up from the key, so that two portals of the same user do not answer to the same name.</summary>
    public string VirtualDomain => $"up-{Key.Id}";

    public static async Task<UpIdentity> LoadOrCreateAsync(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            if (!File.Exists(path))
            {
                PrivateFile.TryCreate(path, InterconnectKey.Generate().Export() + "\n");
            }

            var text = await File.ReadAllTextAsync(path);
            return InterconnectKey.TryParse(text, out var key, out var error)
                ? new UpIdentity(key, null)
                : new UpIdentity(InterconnectKey.Generate(), $"{path}: {error}. Delete the file to begin with a new key.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new UpIdentity(
                InterconnectKey.Generate(),
                $"Cannot keep the portal's key in {directory}: {exception.Message} Set {StateDirectory.Variable} to a folder that can be written.");
        }
    }
}
