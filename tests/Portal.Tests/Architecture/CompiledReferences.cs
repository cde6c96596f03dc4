using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tunnel.Portal.Tests.Architecture;

/// <summary>What a compiled assembly says of others.</summary>
internal static class CompiledReferences
{
    /// <summary>The names of the assemblies it refers to.</summary>
    public static IReadOnlyList<string> Assemblies(Assembly assembly) => [.. assembly.GetReferencedAssemblies().Select(name => name.Name!)];

    /// <summary>The full names of the types of other assemblies that it uses anywhere.</summary>
    public static IReadOnlyList<string> Types(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return
        [
            .. metadata.TypeReferences
                .Select(metadata.GetTypeReference)
                .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}"),
        ];
    }
}
