using System.Collections.Immutable;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Reloading;

/// <summary>One part of a configuration. Compared by reference; <see cref="Says"/> compares what it says.</summary>
/// <param name="kind">What it is.</param>
/// <param name="tag">Its tag; empty where it has none.</param>
/// <param name="value">Its record.</param>
/// <param name="files">What stands in the files that it names, as digests.</param>
internal sealed class ConfigPart(PartKind kind, string tag, object value, ImmutableArray<string> files = default)
{
    private readonly ImmutableArray<string> _files = files.IsDefault ? [] : files;

    public PartKind Kind => kind;

    public string Tag => tag;

    public object Value => value;

    /// <summary>Where an inbound listens; the tag of every other part. Two parts that differ are one part that changed where one of both names is the same.</summary>
    public string Place => value is InboundConfig inbound ? $"{inbound.Listen} {string.Join(',', inbound.Ports)}" : tag;

    /// <summary>For people: <c>inbound web</c>, <c>rules</c>. Contains no secret.</summary>
    public string Name => kind switch
    {
        PartKind.Log => "log",
        PartKind.Policy => "policy",
        PartKind.Limits => "limits",
        PartKind.Rules => "rules",
        PartKind.Observatory => "observatory",
        PartKind.DefaultOutbound => "default outbound",
        _ => $"{kind.ToString().ToLowerInvariant()} {(tag.Length > 0 ? tag : NameOfUntagged)}",
    };

    private string NameOfUntagged => value switch
    {
        InboundConfig { Listen.UnixPath: { } path } inbound => $"{inbound.Protocol} {path}",
        InboundConfig inbound => $"{inbound.Protocol} {inbound.Listen} port {string.Join(',', inbound.Ports)}",
        OutboundConfig outbound => outbound.Protocol,
        _ => "without a tag",
    };

    /// <summary>Whether the files that both name hold the same.</summary>
    public bool HasFilesOf(ConfigPart other) => _files.AsSpan().SequenceEqual(other._files.AsSpan());

    /// <summary>Whether both say the same, secrets and the contents of files included.</summary>
    public bool Says(ConfigPart other) =>
        kind == other.Kind && tag == other.Tag && HasFilesOf(other) && ValueEquality.AreEqual(value, other.Value);
}
