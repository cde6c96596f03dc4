namespace Tunnel.Shared.Configuration.Syntax;

/// <summary>One field of an object, with the offset of its name.</summary>
internal sealed record ConfigMember(string Name, int NameOffset, ConfigNode Value);
