namespace Tunnel.Shared.Interconnect;

/// <summary>The credentials a portal accepts. Asked from many threads at once.</summary>
public interface ICredentialSource
{
    /// <summary>The credential whose key has this id; null where there is none.</summary>
    InterconnectCredential? Find(string keyId);
}
