package main

import (
	"bytes"

	"github.com/tidwall/gjson"
)

// splice returns the body with the leaves of its data, under `flat`, before the last brace.
func splice(body []byte, data gjson.Result) []byte {
	end := bytes.LastIndexByte(body, '}')
	value := make([]byte, 0, 2*len(body)+16)
	value = append(value, body[:end]...)
	value = append(value, `,"flat":{`...)
	start := len(value)
	value = flatten(value, "", data)
	if len(value) > start {
		value = value[:len(value)-1] // the last comma
	}
	value = append(value, '}')
	return append(value, body[end:]...)
}

// flatten appends the leaves of an object, each as cStar wrote it, with a comma behind it.
func flatten(to []byte, prefix string, node gjson.Result) []byte {
	node.ForEach(func(key, value gjson.Result) bool {
		name := key.Raw[1 : len(key.Raw)-1] // as it was escaped
		if value.IsObject() && !empty(value) {
			to = flatten(to, prefix+name+"_", value)
			return true
		}
		to = append(to, '"')
		to = append(to, prefix...)
		to = append(to, name...)
		to = append(to, `":`...)
		to = append(to, value.Raw...)
		to = append(to, ',')
		return true
	})
	return to
}

func empty(node gjson.Result) bool {
	empty := true
	node.ForEach(func(_, _ gjson.Result) bool {
		empty = false
		return false
	})
	return empty
}
