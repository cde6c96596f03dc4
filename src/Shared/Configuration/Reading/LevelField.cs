namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>level</c> and <c>userLevel</c>. A level that <c>policy</c> does not have means the defaults, as in V2Ray.</summary>
internal static class LevelField
{
    /// <summary>0 when the field is absent or after a complaint.</summary>
    public static int Read(ObjectReader reader, string name) => reader.Integer(name, 0, int.MaxValue) ?? 0;
}
