namespace Tunnel.Mux.Messages;

/// <summary>Which fields of a protobuf message are messages themselves, and of what shape.</summary>
public sealed class MessageShape
{
    /// <summary>A message of plain fields.</summary>
    public static readonly MessageShape Flat = new();

    private readonly (int Field, MessageShape Shape)[] _messages;

    public MessageShape(params (int Field, MessageShape Shape)[] messages) => _messages = messages;

    /// <summary>The fields that are messages.</summary>
    public IReadOnlyList<(int Field, MessageShape Shape)> Messages => _messages;

    internal MessageShape? Find(uint field)
    {
        foreach (var (number, shape) in _messages)
        {
            if (number == field)
            {
                return shape;
            }
        }

        return null;
    }
}
